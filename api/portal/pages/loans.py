"""All loans for operators and supervisors: who is late, what runs, and the loan tape."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response

from api import sheets, tape
from api.http.callers import Staff
from api.portal.desk import At
from api.portal.guard import make_pages
from api.wire import IdText
from finance import lending
from finance.lending import Listed, Lot
from ledger.database import UnitOfWork
from ledger.paging import Page
from risk import identity

router = make_pages()

# Behind which loan a page goes on, and since when that one was late.
Behind = Annotated[
    str,
    Query(pattern=rf"^([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\.)?{IdText('loan').pattern}$"),
]


@dataclass(frozen=True)
class Loans:
    """Some loans of a lot, with whose they are, and how many each lot has."""

    lot: Lot
    counts: dict[Lot, int]
    page: Page[Listed]
    firms: dict[str, str]


@router.get("/loans")
async def show_loans(
    desk: At, _: Staff, show: Lot | None = None, after: Behind | None = None
) -> Response:
    """Show the loans that are late, or another lot of them."""
    loans = await desk.db.read(_read, show=show, after=after)
    return desk.page("loans.html", loans=loans)


@router.get("/loan-tape.csv")
async def give_csv(desk: At, _: Staff) -> Response:
    """Give one line a loan as text for spreadsheets."""
    return await tape.answer(desk.db, sheets.CSV)


@router.get("/loan-tape.xlsx")
async def give_xlsx(desk: At, _: Staff) -> Response:
    """Give one line a loan as a spreadsheet."""
    return await tape.answer(desk.db, sheets.XLSX)


async def _read(uow: UnitOfWork, *, show: Lot | None, after: str | None) -> Loans:
    counts = await lending.count_lots(uow)
    lot = show or (Lot.LATE if counts[Lot.LATE] else Lot.RUNNING)
    page = await lending.list_lot(uow, lot=lot, after=after)
    firms = {one.loan.borrower for one in page.items}
    return Loans(lot, counts, page, await identity.get_names(uow, firms))
