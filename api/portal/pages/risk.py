"""The risk of the loan book for operators and the regulator: what may be lost, and where."""

from dataclasses import dataclass
from typing import Final

from fastapi import Response

from api.http.callers import Staff
from api.portal.desk import At
from api.portal.guard import make_pages
from finance import lending
from finance.lending import Book, Stage, Warned
from ledger.database import UnitOfWork
from ledger.money import BPS_PER_ONE, Money, Rounding
from risk.losses import granular_loss

router = make_pages()

BAD_YEAR: Final = 0.99


@dataclass(frozen=True)
class Risk:
    """Each currency's book with what a bad year may cost, and the loans to look at."""

    books: list[tuple[Book, Money]]
    warned: list[Warned]


@router.get("/risk")
async def show_risk(desk: At, _: Staff) -> Response:
    """Show stages, expected loss, classes, stresses and early warnings."""
    return desk.page(
        "risk.html", risk=await desk.db.read(read_risk), stages=list(Stage)
    )


async def read_risk(uow: UnitOfWork) -> Risk:
    """Read all that the page shows."""
    books = await lending.assess_book(uow)
    return Risk(
        [(book, _bad_year(book)) for book in books], await lending.list_warned(uow)
    )


def _bad_year(book: Book) -> Money:
    """Return what one year in a hundred would cost if the book were of endless small loans."""
    total = Money(0, book.currency)
    for one in book.loans:
        seen = one.tagged.exposure
        share = granular_loss(seen.pd_bps / BPS_PER_ONE, BAD_YEAR)
        if one.stage is Stage.IMPAIRED:
            share = 1.0
        lost = round(share * seen.lgd_bps)
        total += one.gross.times_bps(lost, rounding=Rounding.HALF_EVEN)
    return total
