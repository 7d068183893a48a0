"""Read the books: an account's movements, and the trial balance of them all."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select

from ledger.accounts import AccountRow
from ledger.balances import BalanceRow
from ledger.database import UnitOfWork
from ledger.ids import AccountId
from ledger.journal import EntryRow, PostingRow
from ledger.paging import DEFAULT_PAGE, MAX_PAGE


@dataclass(frozen=True)
class Movement:
    """One step of an account's history, in units of its normal side."""

    version: int
    entry: str
    kind: str
    memo: str
    effective_on: date
    booked_at: datetime
    units: int
    balance_after: int


@dataclass(frozen=True)
class TrialLine:
    """The sums of all accounts of a kind in a book and an asset."""

    book: str
    kind: str
    asset: str
    debits: int
    credits: int


async def list_movements(
    uow: UnitOfWork,
    account: AccountId,
    *,
    before: int | None = None,
    limit: int = DEFAULT_PAGE,
) -> list[Movement]:
    """Return an account's movements, newest first, below a version if one is given."""
    sign = case((AccountRow.normal_side == "credit", -1), else_=1)
    query = (
        select(
            PostingRow.version,
            EntryRow.id,
            EntryRow.kind,
            EntryRow.memo,
            EntryRow.effective_on,
            EntryRow.booked_at,
            PostingRow.units * sign,
            PostingRow.balance_after * sign,
        )
        .join(EntryRow, EntryRow.id == PostingRow.entry)
        .join(AccountRow, AccountRow.id == PostingRow.account)
        .where(PostingRow.account == account)
        .order_by(PostingRow.version.desc())
        .limit(min(max(limit, 1), MAX_PAGE))
    )
    if before is not None:
        query = query.where(PostingRow.version < before)
    return [Movement(*row) for row in await uow.session.execute(query)]


async def trial_balance(uow: UnitOfWork) -> list[TrialLine]:
    """Return debits and credits of every kind of account; each asset sums to zero."""
    rows = await uow.session.execute(
        select(
            AccountRow.book,
            AccountRow.kind,
            AccountRow.asset,
            func.sum(BalanceRow.posted_debits),
            func.sum(BalanceRow.posted_credits),
        )
        .join(BalanceRow, BalanceRow.account == AccountRow.id)
        .group_by(AccountRow.book, AccountRow.kind, AccountRow.asset)
        .order_by(AccountRow.book, AccountRow.asset, AccountRow.kind)
    )
    return [
        TrialLine(book, kind, asset, int(debits), int(credits_))
        for book, kind, asset, debits, credits_ in rows
    ]
