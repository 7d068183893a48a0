"""Periods of a book: what is closed stays as it was; corrections go to an open one.

A period goes forward only: open, adjusting (nothing but adjustments, reversals and
closing entries), closed. Days that no period covers are open, unless a later period
is closed.
"""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, select, text
from sqlalchemy.orm import Mapped

from ledger import effective
from ledger.accounts import AccountRow
from ledger.booking import find_posted
from ledger.database import UnitOfWork
from ledger.entries import Leg, NewEntry, Posted, post
from ledger.errors import Conflict, Invalid, NotFound
from ledger.ids import AccountId, EntryId
from ledger.judging import MAX_DAYS_AHEAD, TooFarAhead
from ledger.tables import Base

CLOSING: Final = "closing"
# A year that starts on the last day for which something can be booked.
MAX_PERIOD_DAYS_AHEAD: Final = 2 * MAX_DAYS_AHEAD

# The other side of what every booking shares: see lock_standings in the migration.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('ledger.period'))")


class PeriodState(StrEnum):
    """Whether a period still takes entries."""

    OPEN = "open"
    ADJUSTING = "adjusting"
    CLOSED = "closed"


_FORWARD: Final = tuple(PeriodState)


class PeriodRow(Base):
    """A span of days in a book; nothing posts into a closed one."""

    __tablename__ = "period"

    book: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str]
    changed_at: Mapped[datetime]

    __table_args__ = (
        PrimaryKeyConstraint("book", "starts_on"),
        CheckConstraint("ends_on >= starts_on", "order"),
        CheckConstraint("state IN ('open', 'adjusting', 'closed')", "state"),
    )


class PeriodsOverlap(Invalid):
    """A day belongs to one period of a book."""

    code = "periods_overlap"
    message = "A period must end after it starts and begin after {after}. Choose days."


class PeriodOutOfOrder(Conflict):
    """Periods close in their order, and never open again."""

    code = "period_out_of_order"
    message = (
        "The period that starts on {starts_on} comes first or is further already."
        " Close periods in their order."
    )


async def open_period(
    uow: UnitOfWork, *, book: str, starts_on: date, ends_on: date
) -> PeriodRow:
    """Add a period behind all others of the book; there is no taking it back.

    Raises:
        TooFarAhead: It ends when nothing could be booked for years: a slip of the pen.
        PeriodsOverlap: It ends before it starts, or starts within another.
    """
    if (ends_on - uow.today()).days > MAX_PERIOD_DAYS_AHEAD:
        raise TooFarAhead(days=MAX_PERIOD_DAYS_AHEAD)
    await uow.session.execute(_ALONE)
    known = await list_periods(uow, book)
    after = known[-1].ends_on if known else date.min
    if ends_on < starts_on or starts_on <= after:
        raise PeriodsOverlap(after=after.isoformat())
    row = PeriodRow(
        book=book,
        starts_on=starts_on,
        ends_on=ends_on,
        state=PeriodState.OPEN.value,
        changed_at=uow.now(),
    )
    uow.add(row)
    return row


async def list_periods(uow: UnitOfWork, book: str) -> list[PeriodRow]:
    """Return a book's periods in their order."""
    rows = await uow.session.scalars(
        select(PeriodRow).where(PeriodRow.book == book).order_by(PeriodRow.starts_on),
        execution_options={"populate_existing": True},
    )
    return list(rows)


async def begin_adjusting(uow: UnitOfWork, *, book: str, starts_on: date) -> PeriodRow:
    """Let a period take nothing but adjustments from now on."""
    return await _move(uow, book, starts_on=starts_on, to=PeriodState.ADJUSTING)


async def close_period(uow: UnitOfWork, *, book: str, starts_on: date) -> PeriodRow:
    """Close a period for good; waits for the bookings under way.

    Raises:
        PeriodOutOfOrder: An earlier period is not closed yet.
    """
    return await _move(uow, book, starts_on=starts_on, to=PeriodState.CLOSED)


async def _move(
    uow: UnitOfWork, book: str, *, starts_on: date, to: PeriodState
) -> PeriodRow:
    await uow.session.execute(_ALONE)
    for row in await list_periods(uow, book):
        steps = _FORWARD.index(to) - _FORWARD.index(PeriodState(row.state))
        if row.starts_on == starts_on:
            if steps < 0:
                raise PeriodOutOfOrder(starts_on=starts_on.isoformat())
            if steps:
                row.state, row.changed_at = to.value, uow.now()
            return row
        if steps > 0:
            raise PeriodOutOfOrder(starts_on=row.starts_on.isoformat())
    raise NotFound(thing="period")


async def close_year(
    uow: UnitOfWork,
    *,
    entry: EntryId,
    book: str,
    ends_on: date,
    kinds: Collection[str],
    into: Collection[AccountId],
) -> Posted | None:
    """Carry the year's result forward: one entry that empties accounts of some kinds.

    Each account's balance as of the last day goes to the account of ``into`` with the
    same asset. None when there was nothing to carry. No booking runs meanwhile.

    Raises:
        PeriodClosed: The year was closed before its result was carried forward.
    """
    await uow.session.execute(_ALONE)
    done = await find_posted(uow, entry)
    if done is not None:
        return done
    legs = await _closing_legs(uow, book, ends_on=ends_on, kinds=kinds)
    targets = await uow.session.execute(
        select(AccountRow.asset, AccountRow.id).where(AccountRow.id.in_(into))
    )
    carried = [
        Leg(AccountId(target), -units)
        for asset, target in targets
        if (units := sum(leg.units for leg in legs.get(asset, [])))
    ]
    every = [leg for asset in sorted(legs) for leg in legs[asset]] + carried
    if not every:
        return None
    closing = NewEntry(entry, CLOSING, tuple(every), ends_on, memo="year-end close")
    return (await post(uow, [closing]))[0]


async def _closing_legs(
    uow: UnitOfWork, book: str, *, ends_on: date, kinds: Collection[str]
) -> dict[str, list[Leg]]:
    rows = await uow.session.execute(
        select(AccountRow.id, AccountRow.asset)
        .where(AccountRow.book == book, AccountRow.kind.in_(kinds))
        .order_by(AccountRow.id)
    )
    assets = {AccountId(account): asset for account, asset in rows}
    legs: dict[str, list[Leg]] = {}
    for account, units in (await effective.units_as_of(uow, assets, ends_on)).items():
        legs.setdefault(assets[account], []).append(Leg(account, -units))
    return legs
