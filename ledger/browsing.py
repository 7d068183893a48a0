"""Look into the books: accounts in pages, and an entry with its legs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from ledger.accounts import AccountRow
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import EntryId
from ledger.journal import EntryRow, PostingRow
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


@dataclass(frozen=True)
class BookedEntry:
    """An entry with its legs, in their order."""

    entry: EntryRow
    legs: Sequence[PostingRow]


async def list_accounts(
    uow: UnitOfWork,
    *,
    book: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[AccountRow]:
    """Return accounts, newest first: all, or those of a book, or of a kind."""
    query = select(AccountRow)
    if book is not None:
        query = query.where(AccountRow.book == book)
    if kind is not None:
        query = query.where(AccountRow.kind == kind)
    return await fetch_page(
        uow.session, query, by=AccountRow.id, after=after, limit=limit
    )


async def get_entry(uow: UnitOfWork, entry: EntryId) -> BookedEntry:
    """Return an entry with its legs; a hold has none."""
    row = await uow.session.get(EntryRow, entry)
    if row is None:
        raise NotFound(thing="entry")
    legs = await uow.session.scalars(
        select(PostingRow).where(PostingRow.entry == entry).order_by(PostingRow.leg)
    )
    return BookedEntry(row, legs.all())
