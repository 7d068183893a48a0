"""The books' page for operators and the regulator: sums, accounts by path, periods."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from api import auth
from api.auth import Caller, Role
from api.portal.desk import At
from api.portal.guard import make_pages
from api.wire import BookPath
from ledger import browsing, periods, statements
from ledger.accounts import Book
from ledger.browsing import Branch
from ledger.database import UnitOfWork
from ledger.paging import Page
from ledger.periods import PeriodRow
from ledger.statements import TrialLine

router = make_pages()

Staff = Annotated[Caller, Depends(auth.role(Role.OPERATOR, Role.REGULATOR))]


class Place:
    """Where in the books the reader looks."""

    def __init__(
        self,
        book: Book = Book.CLIENT_MONEY,
        path: BookPath = "",
        after: BookPath = "",
    ) -> None:
        self.book = book
        self.path = path
        self.after = after

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The way from the book down to here: each step's path and its own name."""
        parts = self.path.split("/") if self.path else []
        return [("/".join(parts[: n + 1]), part) for n, part in enumerate(parts)]


@dataclass(frozen=True)
class Shown:
    """What the page shows of the books."""

    trial: list[TrialLine]
    branches: Page[Branch]
    periods: list[PeriodRow]


@router.get("/books")
async def show_books(
    desk: At, place: Annotated[Place, Depends()], _: Staff
) -> Response:
    """Show the trial balance, one step of the accounts, and the periods."""
    shown = await desk.db.read(_read, place)
    return desk.page("books.html", place=place, shown=shown, all_books=list(Book))


async def _read(uow: UnitOfWork, place: Place) -> Shown:
    branches = await browsing.list_branches(
        uow, book=place.book.value, path=place.path, after=place.after
    )
    kept = [await periods.list_periods(uow, book.value) for book in Book]
    newest_first = [row for rows in kept for row in reversed(rows)]
    return Shown(await statements.trial_balance(uow), branches, newest_first)
