"""A sealed print is the form that was signed, with the operator's certificate behind it."""

import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509 import load_pem_x509_certificates
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from structlog.testing import capture_logs

from api.jobs.timestamps import SealTimes
from contracts import documents
from contracts.documents import Language, Press
from contracts.documents.sealing import FIELD, Seal
from ledger import audit
from tests.contracts.test_agreement import an_agreement
from tests.ledger.audit.authority import OpensslAuthority

PASSWORD = b"open"


def a_certificate() -> tuple[bytes, Certificate]:
    """Return a certificate made by its own owner: with its key as PKCS#12, and alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tonle Operator")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(
        b"operator", key, made, None, BestAvailableEncryption(PASSWORD)
    )
    return packed, Certificate.load(made.public_bytes(Encoding.DER))


PACKED, CERTIFICATE = a_certificate()


@pytest.fixture(scope="module")
def form():
    source = documents.loan_agreement(an_agreement())
    return Press().print(source, Language.KHMER)


@pytest.fixture(scope="module")
def sealed(form):
    return Seal.read(PACKED, PASSWORD).put_on(form.content)


def judged(content):
    """Have pyhanko judge the one seal of a file under our certificate."""
    (seal,) = PdfFileReader(BytesIO(content)).embedded_signatures
    return seal, validate_pdf_signature(
        seal, ValidationContext(trust_roots=[CERTIFICATE])
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return OpensslAuthority(tmp_path_factory.mktemp("authority") / "tsa")


def test_a_seal_bears_the_time_that_an_authority_swears_to(form, authority):
    known = audit.Authority.read("https://tsa.example/", authority.roots)
    sworn = SealTimes(known, httpx.MockTransport(answering(authority)))

    sealed = Seal.read(PACKED, PASSWORD, ask=sworn.ask).put_on(form.content)

    (seal,) = PdfFileReader(BytesIO(sealed)).embedded_signatures
    root = load_pem_x509_certificates(authority.roots)[0]
    trusted = ValidationContext(
        trust_roots=[
            CERTIFICATE,
            Certificate.load(root.public_bytes(Encoding.DER)),
        ]
    )
    verdict = validate_pdf_signature(seal, trusted)
    assert verdict.bottom_line
    assert verdict.timestamp_validity.valid
    assert verdict.timestamp_validity.trusted


def answering(authority):
    def answer(asked):
        return reply(authority.answer(asked.read()))

    return answer


def reply(content):
    return httpx.Response(200, stream=httpx.ByteStream(content))


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: httpx.Response(503),
        lambda _: reply(b"nonsense"),
        lambda _: reply(bytes(100_000)),
    ],
    ids=["away", "nonsense", "too much"],
)
def test_a_seal_does_not_wait_for_an_authority_that_fails(form, authority, answer):
    known = audit.Authority.read("https://tsa.example/", authority.roots)
    sworn = SealTimes(known, httpx.MockTransport(answer))

    with capture_logs() as logs:
        sealed = Seal.read(PACKED, PASSWORD, ask=sworn.ask).put_on(form.content)

    _, verdict = judged(sealed)
    assert verdict.bottom_line
    assert verdict.timestamp_validity is None
    assert [one["event"] for one in logs] == ["seal_without_timestamp"]


def test_a_seal_is_valid_over_the_whole_file(sealed):
    seal, verdict = judged(sealed)

    assert verdict.bottom_line
    assert seal.field_name == FIELD
    assert seal.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert seal.evaluate_signature_coverage().name == "ENTIRE_FILE"


def test_a_sealed_file_begins_with_the_form_whose_hash_was_signed(sealed, form):
    first = sealed[: len(form.content)]

    assert hashlib.sha256(first).hexdigest() == form.sha256
    assert len(sealed) > len(first)


def test_the_source_stays_attached_to_a_sealed_file(sealed):
    root = PdfFileReader(BytesIO(sealed)).root
    (_, attached) = root["/Names"]["/EmbeddedFiles"]["/Names"]

    source = documents.loan_agreement(an_agreement())
    assert attached.get_object()["/EF"]["/F"].data == source.encoded


@pytest.mark.parametrize("place", [2_000, -30_000])
def test_a_byte_changed_before_or_behind_breaks_the_seal(sealed, form, place):
    at = place if place > 0 else len(form.content) - 40
    changed = bytearray(sealed)
    changed[at] ^= 1

    _, verdict = judged(bytes(changed))

    assert not verdict.bottom_line


def test_another_password_or_file_is_refused():
    for packed, password in ((PACKED, b"other"), (b"no certificate", PASSWORD)):
        with pytest.raises(ValueError, match="PKCS"):
            Seal.read(packed, password)
