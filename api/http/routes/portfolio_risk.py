"""The risk of the whole loan book, and the loans that ask for attention."""

from datetime import date

from pydantic import JsonValue

from api.http.callers import Staff
from api.http.depends import Db
from api.http.router import make_router
from api.wire import MoneyOut, Out, PageOut
from finance import lending
from finance.lending import Warned

router = make_router("loans")


class BookRiskOut(Out):
    """One currency's loans: stages, expected loss, classes, stresses; minor units as text."""

    books: list[dict[str, JsonValue]]


class WarningOut(Out):
    """A running loan whose firm was seen worse than when it asked."""

    loan: str
    borrower: str
    principal: MoneyOut
    month: date
    pd_bps: int
    pd_bps_at_start: int
    grade: str
    signals: list[str]

    @classmethod
    def of(cls, warned: Warned) -> "WarningOut":
        """Show a warning."""
        seen, loan = warned.rescore, warned.loan
        return cls(
            loan=loan.id,
            borrower=loan.borrower,
            principal=MoneyOut.of(loan.principal),
            month=seen.month,
            pd_bps=seen.pd_bps,
            pd_bps_at_start=warned.application.decision["pd_bps"],
            grade=seen.grade,
            signals=seen.signals,
        )


@router.get("/risk/book")
async def get_book_risk(db: Db, _: Staff) -> BookRiskOut:
    """Tell the expected loss of all loans, tied to the ledger to the cent."""
    books = await db.read(lending.assess_book)
    return BookRiskOut(books=[lending.book_json(book) for book in books])


@router.get("/risk/warnings")
async def list_warnings(db: Db, _: Staff) -> PageOut[WarningOut]:
    """List the running loans that ask for attention, the riskiest first."""
    return PageOut[WarningOut].whole(await db.read(lending.list_warned), WarningOut.of)
