"""Look into the books: accounts in pages and by their paths, and an entry with its legs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, text

from ledger.accounts import AccountRow
from ledger.database import UnitOfWork
from ledger.entries import find_reversal
from ledger.errors import NotFound
from ledger.ids import EntryId
from ledger.journal import EntryRow, PostingRow
from ledger.paging import DEFAULT_PAGE, MAX_PAGE, Page, fetch_page

_BRANCHES = text("""
SELECT path, asset, accounts, below, debits, credits, pending_debits, pending_credits
  FROM (SELECT path, asset, count(*) AS accounts,
               count(*) FILTER (WHERE leaf.whole <> path) AS below,
               sum(posted_debits) AS debits, sum(posted_credits) AS credits,
               sum(pending_debits) AS pending_debits,
               sum(pending_credits) AS pending_credits,
               dense_rank() OVER (ORDER BY path COLLATE "C") AS place
          FROM (SELECT array_to_string(
                         (string_to_array(a.path, '/'))[1:CAST(:depth AS int)], '/'
                       ) AS path, a.path AS whole, a.asset, b.*
                  FROM account a JOIN balance b ON b.account = a.id
                 WHERE a.book = :book AND starts_with(a.path, :below)) leaf
         WHERE path COLLATE "C" > :after
         GROUP BY path, asset) branch
 WHERE place <= :most
 ORDER BY path COLLATE "C", asset
""")


@dataclass(frozen=True)
class BookedEntry:
    """An entry with its legs, in their order, and the entry that reverses it."""

    entry: EntryRow
    legs: Sequence[PostingRow]
    reversed_by: EntryId | None


@dataclass(frozen=True)
class Branch:
    """What stands at a path and below it, in one asset; ``below`` counts the latter."""

    path: str
    asset: str
    accounts: int
    below: int
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int


async def list_accounts(
    uow: UnitOfWork,
    *,
    book: str | None = None,
    kind: str | None = None,
    path: str | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[AccountRow]:
    """Return accounts, newest first: all, or of a book, of a kind, at or below a path."""
    query = select(AccountRow)
    if book is not None:
        query = query.where(AccountRow.book == book)
    if kind is not None:
        query = query.where(AccountRow.kind == kind)
    if path is not None:
        below = func.starts_with(AccountRow.path, f"{path}/")
        query = query.where(or_(AccountRow.path == path, below))
    return await fetch_page(
        uow.session, query, by=AccountRow.id, after=after, limit=limit
    )


async def list_branches(
    uow: UnitOfWork,
    *,
    book: str,
    path: str = "",
    after: str = "",
    limit: int = DEFAULT_PAGE,
) -> Page[Branch]:
    """Return the sums one step below a path, such as every ``wallet/...``, in order.

    A path with accounts in several assets has a line for each, never on two pages.
    """
    size = min(max(limit, 1), MAX_PAGE)
    place = {
        "book": book,
        "below": f"{path}/" if path else "",
        "depth": len(path.split("/")) + 1 if path else 1,
        "after": after,
        "most": size + 1,
    }
    rows = await uow.session.execute(_BRANCHES, place)
    found = [Branch(where, asset, *map(int, sums)) for where, asset, *sums in rows]
    paths = list(dict.fromkeys(branch.path for branch in found))
    if len(paths) <= size:
        return Page(found, None)
    return Page([one for one in found if one.path != paths[size]], paths[size - 1])


async def get_entry(uow: UnitOfWork, entry: EntryId) -> BookedEntry:
    """Return an entry with its legs; a hold has none."""
    row = await uow.session.get(EntryRow, entry)
    if row is None:
        raise NotFound(thing="entry")
    legs = await uow.session.scalars(
        select(PostingRow).where(PostingRow.entry == entry).order_by(PostingRow.leg)
    )
    return BookedEntry(row, legs.all(), await find_reversal(uow, entry))
