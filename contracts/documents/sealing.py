"""Seal prints by the operator's certificate: PAdES, by pyhanko, where one is configured.

A seal is added behind a print and changes no byte before it, so a sealed file still begins
with the form whose SHA-256 was signed (docs/decisions/0021). Needs the extra ``seal``.
"""

from io import BytesIO
from typing import Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import SimpleSigner, signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

FIELD: Final = "OperatorSeal"


class Seal:
    """A certificate with its key, which may be used from several threads."""

    def __init__(self, signer: SimpleSigner) -> None:
        self._signer = signer

    @classmethod
    def read(cls, pkcs12: bytes, password: bytes | None = None) -> "Seal":
        """Read a certificate, its chain and its key.

        Raises:
            ValueError: The bytes are no PKCS#12 file, or the password is another.
        """
        signer = SimpleSigner.load_pkcs12_data(
            pkcs12, other_certs=[], passphrase=password
        )
        if signer is None:
            raise ValueError("no PKCS#12 file, or another password")
        return cls(signer)

    def put_on(self, content: bytes) -> bytes:
        """Return a print with the seal behind it, which certifies it: nothing may change."""
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
            output=sealed,
        )
        return sealed.getvalue()
