"""Documents in print: PDF/A-3 in Khmer and English, each with its source attached."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api.http.callers import Known, Lender
from api.http.depends import Db, Outside
from api.http.language import preferred
from api.http.router import make_router
from api.http.routes.loans import Sighted
from api.papers import DESCRIBED, LoanPaper, Papers
from api.wire import OfferRef, Out, PledgeRef
from contracts.documents import Language
from contracts.signing import AgreementMessage
from finance import lending

router = make_router("papers")


class AgreementMessageOut(Out):
    """The bytes that are signed, and the SHA-256 of each form, in hexadecimal."""

    message: str
    document_sha256: str
    forms_sha256: dict[str, str]

    @classmethod
    def of(cls, message: AgreementMessage) -> "AgreementMessageOut":
        """Show a message."""
        return cls(
            message=message.encoded().hex(),
            document_sha256=message.document_hash.hex(),
            forms_sha256={name: sha.hex() for name, sha in message.forms.items()},
        )


def _papers(
    request: Request, db: Db, outside: Outside, language: Language | None = None
) -> Papers:
    """Return what prints in the language asked for, else by Accept-Language."""
    read = language or Language(preferred(request.headers.get("accept-language")))
    return Papers(outside, db, read)


Printed = Annotated[Papers, Depends(_papers)]


@router.get("/loans/{loan_id}/documents/{paper}.pdf", **DESCRIBED)
async def print_loan_paper(
    loan: Sighted, paper: LoanPaper, printed: Printed
) -> Response:
    """Print a document of a loan; its agreement is byte for byte as it is signed."""
    return await printed.of_loan(loan, paper)


@router.get("/offers/{offer_id}/documents/key-information.pdf", **DESCRIBED)
async def print_key_information(
    offer_id: OfferRef, printed: Printed, _: Known
) -> Response:
    """Print the key information sheet of an offer."""
    return await printed.of_offer(offer_id)


@router.get("/pledges/{pledge_id}/documents/subscription.pdf", **DESCRIBED)
async def print_subscription(
    pledge_id: PledgeRef, printed: Printed, lender: Lender
) -> Response:
    """Print the share subscription that one's own pledge is."""
    return await printed.of_pledge(pledge_id, lender.party)


@router.get("/loans/{loan_id}/agreement/message")
async def get_agreement_message(
    loan: Sighted, db: Db, outside: Outside
) -> AgreementMessageOut:
    """Show what the agreement's parties sign: the hash of each of its forms."""
    return AgreementMessageOut.of(
        await db.read(
            lending.agreement_message, loan_id=loan.id, custody=outside.custody
        )
    )
