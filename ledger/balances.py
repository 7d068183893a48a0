"""What an account has: posted, pending, available; now or at any past moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, select, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger import effective
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId, IdType
from ledger.journal import PostingRow
from ledger.tables import Base

_POSTED = (
    "CASE normal_side WHEN 'credit' THEN posted_credits - posted_debits"
    " ELSE posted_debits - posted_credits END"
)
_PENDING_OUT = (
    "CASE normal_side WHEN 'credit' THEN pending_debits ELSE pending_credits END"
)
_PENDING_IN = (
    "CASE normal_side WHEN 'credit' THEN pending_credits ELSE pending_debits END"
)


class BalanceRow(Base):
    """The sums of one account; the database itself refuses to pass the limits."""

    __tablename__ = "balance"

    account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id"), primary_key=True
    )
    normal_side: Mapped[str]
    floor_units: Mapped[int | None]
    ceiling_units: Mapped[int | None]
    posted_debits: Mapped[int]
    posted_credits: Mapped[int]
    pending_debits: Mapped[int]
    pending_credits: Mapped[int]
    version: Mapped[int]
    booked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "posted_debits >= 0 AND posted_credits >= 0"
            " AND pending_debits >= 0 AND pending_credits >= 0 AND version >= 0",
            "not_negative",
        ),
        CheckConstraint(
            f"floor_units IS NULL OR {_POSTED} - {_PENDING_OUT} >= floor_units",
            "floor",
        ),
        CheckConstraint(
            f"ceiling_units IS NULL OR {_POSTED} + {_PENDING_IN} <= ceiling_units",
            "ceiling",
        ),
        {"postgresql_with": {"fillfactor": 50}},
    )


@dataclass(frozen=True)
class Balance:
    """An account's standing in units of its normal side.

    ``available`` is what may still leave: posted less what is held for others.
    """

    posted: int
    pending_out: int
    pending_in: int
    version: int

    @property
    def available(self) -> int:
        """Return what may still leave the account."""
        return self.posted - self.pending_out


def _seen(row: BalanceRow) -> Balance:
    debits, credits_ = row.posted_debits, row.posted_credits
    if row.normal_side == "credit":
        return Balance(
            credits_ - debits, row.pending_debits, row.pending_credits, row.version
        )
    return Balance(
        debits - credits_, row.pending_credits, row.pending_debits, row.version
    )


async def get(uow: UnitOfWork, account: AccountId) -> Balance:
    """Return the standing of one account."""
    found = await get_many(uow, [account])
    if account not in found:
        raise NotFound(thing="account")
    return found[account]


async def get_many(
    uow: UnitOfWork, accounts: Collection[AccountId]
) -> dict[AccountId, Balance]:
    """Return the standing of several accounts; unknown ones are left out."""
    rows = await uow.session.scalars(
        select(BalanceRow)
        .where(BalanceRow.account.in_(accounts))
        .execution_options(populate_existing=True)
    )
    return {AccountId(row.account): _seen(row) for row in rows}


async def at(uow: UnitOfWork, account: AccountId, instant: datetime) -> int:
    """Return the posted units an account had at a past moment, in its normal side."""
    # One probe of the index, however long the history is.
    last = (
        select(PostingRow.balance_after)
        .where(PostingRow.account == account, PostingRow.booked_at <= instant)
        .order_by(PostingRow.booked_at.desc(), PostingRow.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = await uow.session.execute(
        select(BalanceRow.normal_side, last).where(BalanceRow.account == account)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound(thing="account")
    side, units = row
    return (units or 0) * (-1 if side == "credit" else 1)


async def as_of(uow: UnitOfWork, account: AccountId, effective_on: date) -> int:
    """Return the posted units whose effective date is not later, in the normal side.

    Entries booked later for an earlier day count: this is the balance by the dates
    people meant, ``at`` the one that was known.
    """
    row = await uow.session.get(BalanceRow, account)
    if row is None:
        raise NotFound(thing="account")
    units = (await effective.units_as_of(uow, [account], effective_on)).get(account, 0)
    return units * (-1 if row.normal_side == "credit" else 1)


@dataclass(frozen=True)
class RollUp:
    """The sums of all accounts of an asset at or below a path."""

    asset: str
    accounts: int
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int


_ROLL_UP = text("""
SELECT a.asset, count(*), sum(b.posted_debits), sum(b.posted_credits),
       sum(b.pending_debits), sum(b.pending_credits)
  FROM account a JOIN balance b ON b.account = a.id
 WHERE a.book = :book AND (a.path = :path OR starts_with(a.path, :path || '/'))
 GROUP BY a.asset ORDER BY a.asset
""")


async def roll_up(uow: UnitOfWork, book: str, path: str) -> list[RollUp]:
    """Sum the accounts at a path and below it, such as ``wallet``, by asset."""
    rows = await uow.session.execute(_ROLL_UP, {"book": book, "path": path})
    return [RollUp(asset, *map(int, sums)) for asset, *sums in rows]
