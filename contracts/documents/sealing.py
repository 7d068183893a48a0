"""Seal prints by the operator's certificate: PAdES, by pyhanko, where one is configured.

A seal is added behind a print and changes no byte before it, so a sealed file still begins
with the form whose SHA-256 was signed (docs/decisions/0019, 0021). Needs the extra ``seal``.
"""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Final

from asn1crypto.tsp import (  # type: ignore[import-untyped]  # it comes without types
    TimeStampReq,
    TimeStampResp,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import SimpleSigner, signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

FIELD: Final = "OperatorSeal"

Ask = Callable[[bytes, bytes], bytes]
"""Sends a time-stamp query (RFC 3161) about a digest, both given, and returns the answer.

Raises ``OSError`` when there is none that can be believed.
"""


class Stamper(TimeStamper):
    """Has the time of a seal sworn by whoever is asked."""

    def __init__(self, ask: Ask) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # nor has pyhanko here
        self._ask = ask

    async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
        """Ask; a seal is put on in a thread of its own, so nobody else waits."""
        try:
            digest = req["message_imprint"]["hashed_message"].native
            return TimeStampResp.load(self._ask(req.dump(), digest), strict=True)
        except ValueError as error:
            raise OSError("the answer is no time stamp") from error


class Seal:
    """A certificate with its key, which may be used from several threads."""

    def __init__(self, signer: SimpleSigner, ask: Ask | None = None) -> None:
        self._signer = signer
        self._stamper = Stamper(ask) if ask else None

    @classmethod
    def read(
        cls, pkcs12: bytes, password: bytes | None = None, *, ask: Ask | None = None
    ) -> "Seal":
        """Read a certificate, its chain and its key; ``ask`` gets each seal its time.

        Raises:
            ValueError: The bytes are no PKCS#12 file, or the password is another.
        """
        signer = SimpleSigner.load_pkcs12_data(
            pkcs12, other_certs=[], passphrase=password
        )
        if signer is None:
            raise ValueError("no PKCS#12 file, or another password")
        return cls(signer, ask)

    def put_on(self, content: bytes) -> bytes:
        """Return a print with the seal behind it, which certifies it: nothing may change.

        The seal has a sworn time where somebody is asked and answers, or else only its own.
        """
        if self._stamper:
            with suppress(OSError, TimestampRequestError):
                return self._sign(content, self._stamper)
        return self._sign(content, None)

    def _sign(self, content: bytes, stamper: Stamper | None) -> bytes:
        sealed = BytesIO()
        signers.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(content)),
            signers.PdfSignatureMetadata(
                field_name=FIELD,
                subfilter=SigSeedSubFilter.PADES,
                certify=True,
                docmdp_permissions=MDPPerm.NO_CHANGES,
            ),
            signer=self._signer,
            timestamper=stamper,
            output=sealed,
        )
        return sealed.getvalue()
