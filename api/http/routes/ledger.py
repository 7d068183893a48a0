"""The books, for those who look after them and those who look at them."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Query

from api import laws
from api.http.callers import Staff
from api.http.depends import Db
from api.http.router import make_router
from api.wire import AccountRef, BookPath, Cut, EntryRef, Limit, Number, Out, PageOut
from ledger import accounts, balances, browsing, invariants, statements
from ledger.accounts import Book, Freeze, Side
from ledger.paging import DEFAULT_PAGE, Page

router = make_router("ledger")

Filter = Annotated[str | None, Query(max_length=64, pattern="^[a-z_.]+$")]


class TrialLineOut(Out):
    """The sums of all accounts of a kind in a book and an asset."""

    book: str
    kind: str
    asset: str
    debits: int
    credits: int


class BreachOut(Out):
    """A law that does not hold, where, and by how much."""

    law: str
    says: str
    where: str
    off_by: str

    @classmethod
    def of(cls, breach: invariants.Breach) -> "BreachOut":
        """Show a breach."""
        return cls(
            law=breach.law.name,
            says=breach.law.says,
            where=breach.where,
            off_by=breach.off_by,
        )


class AccountOut(Out):
    """Where money or shares can stand."""

    id: str
    book: str
    path: str
    kind: str
    asset: str
    normal_side: Side
    frozen: Freeze
    opened_at: datetime
    closed_at: datetime | None


class BranchOut(Out):
    """All accounts of an asset at a path and below it, and their sums."""

    path: str
    asset: str
    accounts: int
    below: int
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int


class StandingOut(AccountOut):
    """An account with what it has, in units of its normal side."""

    posted: int
    available: int
    pending_out: int
    pending_in: int
    version: int


class MovementOut(Out):
    """One step of an account's history."""

    version: int
    entry: str
    kind: str
    memo: str
    effective_on: date
    booked_at: datetime
    units: int
    balance_after: int


class LegOut(Out):
    """One side of an entry: a debit is positive."""

    account: str
    version: int
    units: int
    balance_after: int


class EntryOut(Out):
    """One act in the journal."""

    id: str
    kind: str
    state: str
    effective_on: date
    booked_at: datetime
    reverses: str | None
    hold: str | None
    memo: str
    details: dict[str, str]


class BookedOut(Out):
    """An entry with its legs, and the entry that reverses it."""

    entry: EntryOut
    legs: list[LegOut]
    reversed_by: str | None


class HistorySlice:
    """Which steps of a history are asked for: those before a version."""

    def __init__(
        self, after: Number | None = None, limit: Limit = DEFAULT_PAGE
    ) -> None:
        self.before = after
        self.limit = limit

    def page(self, steps: list[statements.Movement]) -> Page[Any]:
        """Make a page; the first step of all has version 1."""
        more = len(steps) == self.limit and steps[-1].version > 1
        return Page(steps, str(steps[-1].version) if more else None)


class AccountFilter:
    """Which accounts are asked for."""

    def __init__(
        self, book: Filter = None, kind: Filter = None, path: BookPath | None = None
    ) -> None:
        self.book = book
        self.kind = kind
        self.path = path


class BranchPlace:
    """Where in a book one looks; ``after`` is the path a page ended with."""

    def __init__(
        self,
        book: Book,
        path: BookPath = "",
        after: BookPath = "",
        limit: Limit = DEFAULT_PAGE,
    ) -> None:
        self.book = book.value
        self.path = path
        self.after = after
        self.limit = limit


@router.get("/ledger/trial-balance")
async def get_trial_balance(db: Db, _: Staff) -> PageOut[TrialLineOut]:
    """Sum the accounts of each kind; debits equal credits in every asset."""
    lines = await db.read(statements.trial_balance)
    return PageOut[TrialLineOut].whole(lines, TrialLineOut.model_validate)


@router.get("/ledger/breaches")
async def check_laws(db: Db, _: Staff) -> PageOut[BreachOut]:
    """Check the laws of the books; an empty list says that all hold."""
    found = await db.read(invariants.find_breaches, laws.BOOKS)
    return PageOut[BreachOut].whole(found, BreachOut.of)


@router.get("/ledger/accounts")
async def list_accounts(
    db: Db, cut: Cut, _: Staff, wanted: Annotated[AccountFilter, Depends()]
) -> PageOut[AccountOut]:
    """List accounts, newest first: of a book, of a kind, at or below a path."""
    page = await db.read(
        browsing.list_accounts,
        book=wanted.book,
        kind=wanted.kind,
        path=wanted.path,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[AccountOut].of(page, AccountOut.model_validate)


@router.get("/ledger/branches")
async def list_branches(
    db: Db, _: Staff, place: Annotated[BranchPlace, Depends()]
) -> PageOut[BranchOut]:
    """Sum a book's accounts one step below a path, in the order of their names."""
    page = await db.read(
        browsing.list_branches,
        book=place.book,
        path=place.path,
        after=place.after,
        limit=place.limit,
    )
    return PageOut[BranchOut].of(page, BranchOut.model_validate)


@router.get("/ledger/accounts/{account_id}")
async def get_account(account_id: AccountRef, db: Db, _: Staff) -> StandingOut:
    """Show an account with what it has."""
    account = await db.read(accounts.get, account_id)
    standing = await db.read(balances.get, account_id)
    return StandingOut(
        **AccountOut.model_validate(account).model_dump(),
        posted=standing.posted,
        available=standing.available,
        pending_out=standing.pending_out,
        pending_in=standing.pending_in,
        version=standing.version,
    )


@router.get("/ledger/accounts/{account_id}/movements")
async def list_account_movements(
    account_id: AccountRef,
    db: Db,
    cut: Annotated[HistorySlice, Depends()],
    _: Staff,
) -> PageOut[MovementOut]:
    """List the steps of an account's history, newest first."""
    steps = await db.read(
        statements.list_movements, account_id, before=cut.before, limit=cut.limit
    )
    return PageOut[MovementOut].of(cut.page(steps), MovementOut.model_validate)


@router.get("/ledger/entries/{entry_id}")
async def get_entry(entry_id: EntryRef, db: Db, _: Staff) -> BookedOut:
    """Show an entry with its legs."""
    return BookedOut.model_validate(await db.read(browsing.get_entry, entry_id))
