"""Show a wallet's statement: every movement with the balance after it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from finance.wallets.holding import get_wallet
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.journal import EntryRow, PostingRow
from ledger.money import Currency, Money
from ledger.paging import DEFAULT_PAGE, MAX_PAGE, Page


@dataclass(frozen=True)
class Movement:
    """One change of a wallet: money in is positive, money out negative."""

    entry: str
    kind: str
    about: str
    effective_on: date
    booked_at: datetime
    amount: Money
    balance_after: Money


async def list_movements(
    uow: UnitOfWork,
    *,
    party_id: PartyId,
    currency: Currency,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Movement]:
    """Return the movements of a wallet, newest first, straight from the ledger."""
    wallet = await get_wallet(uow, party_id=party_id, currency=currency)
    size = min(max(limit, 1), MAX_PAGE)
    query = (
        select(PostingRow, EntryRow)
        .join(EntryRow, EntryRow.id == PostingRow.entry)
        .where(PostingRow.account == wallet.account)
        .order_by(PostingRow.version.desc())
        .limit(size + 1)
    )
    if after is not None:
        cursor = select(PostingRow.version).where(
            PostingRow.account == wallet.account, PostingRow.entry == after
        )
        query = query.where(PostingRow.version < cursor.scalar_subquery())
    rows = (await uow.session.execute(query)).all()
    items = [_movement(posting, entry, currency) for posting, entry in rows[:size]]
    return Page(items, items[-1].entry if len(rows) > size else None)


def _movement(posting: PostingRow, entry: EntryRow, currency: Currency) -> Movement:
    """Turn a debit-positive leg of a liability into its owner's view."""
    return Movement(
        entry=entry.id,
        kind=entry.kind,
        about=str(entry.details.get("about", "")),
        effective_on=entry.effective_on,
        booked_at=posting.booked_at,
        amount=Money(-posting.units, currency),
        balance_after=Money(-posting.balance_after, currency),
    )
