"""Documents in print: PDF/A-3 in Khmer and English, each with its source attached."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api import papers
from api.http.depends import Db
from api.http.language import preferred
from api.http.router import make_router
from api.http.routes.loans import Sighted
from api.papers import LoanPaper
from contracts.documents import Language

router = make_router("papers")


def _language(request: Request, language: Language | None = None) -> Language:
    """Return the language asked for by name, else by the Accept-Language header."""
    return language or Language(preferred(request.headers.get("accept-language")))


Reading = Annotated[Language, Depends(_language)]


@router.get("/loans/{loan_id}/documents/{paper}.pdf", **papers.DESCRIBED)
async def print_loan_paper(
    loan: Sighted, paper: LoanPaper, db: Db, language: Reading
) -> Response:
    """Print a document of a loan: its agreement, byte for byte as it is signed."""
    return await papers.print_loan_paper(db, loan, paper, language)
