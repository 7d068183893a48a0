"""Hand printed documents out: what both doors, pages and addresses, answer with."""

import hashlib
from enum import StrEnum
from typing import Any, Final

from fastapi import Response

from contracts.documents import Language
from finance import lending
from finance.lending import Loan
from ledger.database import Database

PDF: Final = "application/pdf"
DESCRIBED: Final[dict[str, Any]] = {
    "response_class": Response,
    "responses": {
        200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
    },
}


class LoanPaper(StrEnum):
    """What can be had in print about a loan."""

    AGREEMENT = "agreement"


async def print_loan_paper(
    db: Database, loan: Loan, paper: LoanPaper, language: Language
) -> Response:
    """Print a document of a loan that its reader may see."""
    form = await db.read(
        lending.get_form, loan_id=loan.id, name=lending.form_of(language)
    )
    return answer(form.content, name=paper, language=language)


def answer(content: bytes, *, name: str, language: Language) -> Response:
    """Show a print, with the SHA-256 of exactly these bytes."""
    return Response(
        content,
        media_type=PDF,
        headers={
            "Content-Disposition": f'inline; filename="{name}-{language}.pdf"',
            "Content-Language": language.value,
            "Document-SHA256": hashlib.sha256(content).hexdigest(),
        },
    )
