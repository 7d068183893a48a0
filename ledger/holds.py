"""Holds: units set aside on one account for another, then captured or let go.

A hold is a pending entry. It ends when nothing of it remains: captured in whole or in
parts, released, or expired; an ended hold can never move anything again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from ledger.booking import EntryIdReused, book
from ledger.canonical import instant_text
from ledger.database import UnitOfWork
from ledger.errors import Conflict, NotFound
from ledger.ids import AccountId, EntryId, IdType, new_id
from ledger.journal import Booking, EntryRow, Leg, Pending, Posted
from ledger.tables import Base

EXPIRY_BATCH: Final = 500


class HoldState(StrEnum):
    """Where a hold stands."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class HoldRow(Base):
    """What was held and what became of it; changes only forward."""

    __tablename__ = "hold"

    entry: Mapped[str] = mapped_column(
        IdType("entry"), ForeignKey("entry.id"), primary_key=True
    )
    debit_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("balance.account")
    )
    credit_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("balance.account")
    )
    units: Mapped[int]
    captured: Mapped[int]
    released: Mapped[int]
    state: Mapped[str]
    expires_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("units > 0 AND captured >= 0 AND released >= 0", "positive"),
        CheckConstraint("captured + released <= units", "within"),
        CheckConstraint("(state = 'open') = (captured + released < units)", "ends"),
        CheckConstraint(
            "state IN ('open', 'captured', 'released', 'expired')", "state"
        ),
        Index("ix_hold_debit_account", "debit_account"),
        Index("ix_hold_credit_account", "credit_account"),
        Index(
            "ix_hold_expires_at", "expires_at", postgresql_where=text("state = 'open'")
        ),
    )

    @property
    def remaining(self) -> int:
        """Return what is still held."""
        return self.units - self.captured - self.released

    def require_open(self, now: datetime) -> None:
        """Refuse to use a hold that ended or has passed its time."""
        expired = self.expires_at is not None and self.expires_at <= now
        if self.state != HoldState.OPEN or expired:
            raise HoldEnded(hold=self.entry)


class HoldEnded(Conflict):
    """The hold was captured, released or has expired."""

    code = "hold_ended"
    message = "Hold {hold} has ended. Place a new one."


class CaptureTooLarge(Conflict):
    """More was to be captured than is still held."""

    code = "capture_above_hold"
    message = "Hold {hold} has {remaining} units left. Capture at most that."


@dataclass(frozen=True)
class NewHold:
    """Units to be held on the account to be debited, for the one to be credited."""

    id: EntryId
    debit: AccountId
    credit: AccountId
    units: int
    effective_on: date
    expires_at: datetime | None = None
    kind: str = "hold"

    def booking(self) -> Booking:
        """Return the hold as a pending entry."""
        return Booking(
            id=self.id,
            kind=self.kind,
            state="pending",
            effective_on=self.effective_on,
            pending=_pending(self.debit, self.credit, self.units),
            details={"units": str(self.units), **self._until()},
        )

    def _until(self) -> dict[str, str]:
        return {"expires_at": instant_text(self.expires_at)} if self.expires_at else {}


@dataclass(frozen=True)
class Capture:
    """Take units of a hold, all that remain when ``units`` is None."""

    id: EntryId
    hold: EntryId
    units: int | None = None


@dataclass(frozen=True)
class Release:
    """Let go what remains of a hold."""

    id: EntryId
    hold: EntryId


def _pending(debit: AccountId, credit: AccountId, units: int) -> tuple[Pending, ...]:
    return Pending(debit, units, 0), Pending(credit, 0, units)


async def place(uow: UnitOfWork, holds: Sequence[NewHold]) -> list[Posted]:
    """Hold units on several accounts, all or none; replays change nothing."""
    outcomes = await book(uow, [hold.booking() for hold in holds])
    rows = {
        hold.id: {
            "entry": hold.id,
            "debit_account": hold.debit,
            "credit_account": hold.credit,
            "units": hold.units,
            "captured": 0,
            "released": 0,
            "state": HoldState.OPEN.value,
            "expires_at": hold.expires_at,
        }
        for hold, outcome in zip(holds, outcomes, strict=True)
        if not outcome.replayed
    }
    if rows:
        await uow.session.execute(insert(HoldRow).values(list(rows.values())))
    return outcomes


async def capture(
    uow: UnitOfWork,
    captures: Sequence[Capture],
    *,
    effective_on: date,
    kind: str = "capture",
) -> list[Posted]:
    """Turn holds into postings, in whole or in parts, all or none.

    Raises:
        HoldEnded: A hold was ended before, or its time has passed.
        CaptureTooLarge: A capture is above what remains.
        EntryIdReused: An id stands for another act, or a capture of other units.
    """
    held = await _lock(uow, [item.hold for item in captures])
    done = await _done(uow, [item.id for item in captures])
    bookings = []
    for item in captures:
        row = held[item.hold]
        if item.id not in done:
            row.require_open(uow.now())
            done[item.id] = _take(row, item)
        elif item.units not in (None, done[item.id]):
            raise EntryIdReused(entry=item.id)
        units = done[item.id]
        bookings.append(
            _capturing(item, row, units=units, effective_on=effective_on, kind=kind)
        )
    return await _book_after_flush(uow, bookings)


def _take(row: HoldRow, item: Capture) -> int:
    units = row.remaining if item.units is None else item.units
    if not 0 < units <= row.remaining:
        raise CaptureTooLarge(hold=item.hold, remaining=row.remaining)
    row.captured += units
    if not row.remaining:
        row.state = HoldState.CAPTURED.value
    return units


def _capturing(
    item: Capture, row: HoldRow, *, units: int, effective_on: date, kind: str
) -> Booking:
    debit, credit = AccountId(row.debit_account), AccountId(row.credit_account)
    return Booking(
        id=item.id,
        kind=kind,
        state="posted",
        effective_on=effective_on,
        legs=(Leg(debit, units), Leg(credit, -units)),
        pending=_pending(debit, credit, -units),
        details={"units": str(units)},
        hold=item.hold,
    )


async def release(
    uow: UnitOfWork,
    releases: Sequence[Release],
    *,
    effective_on: date,
    kind: str = "release",
) -> list[Posted]:
    """Let holds go, all or none; a hold that ended before is refused."""
    held = await _lock(uow, [item.hold for item in releases])
    done = await _done(uow, [item.id for item in releases])
    bookings = []
    for item in releases:
        row = held[item.hold]
        if item.id not in done:
            done[item.id] = _end(row, HoldState.RELEASED)
        units = done[item.id]
        bookings.append(
            _letting_go(item, row, units=units, effective_on=effective_on, kind=kind)
        )
    return await _book_after_flush(uow, bookings)


def _end(row: HoldRow, state: HoldState) -> int:
    if row.state != HoldState.OPEN:
        raise HoldEnded(hold=row.entry)
    units = row.remaining
    row.released += units
    row.state = state.value
    return units


def _letting_go(
    item: Release, row: HoldRow, *, units: int, effective_on: date, kind: str
) -> Booking:
    debit, credit = AccountId(row.debit_account), AccountId(row.credit_account)
    return Booking(
        id=item.id,
        kind=kind,
        state="voided",
        effective_on=effective_on,
        pending=_pending(debit, credit, -units),
        details={"units": str(units)},
        hold=item.hold,
    )


async def expire_due(uow: UnitOfWork) -> int:
    """Let go the holds whose time has passed, a batch at most; return how many."""
    due = await uow.session.scalars(
        select(HoldRow)
        .where(HoldRow.state == HoldState.OPEN.value, HoldRow.expires_at <= uow.now())
        .order_by(HoldRow.entry)
        .limit(EXPIRY_BATCH)
        .with_for_update(skip_locked=True)
    )
    bookings = []
    for row in due:
        units = _end(row, HoldState.EXPIRED)
        item = Release(EntryId(new_id("entry", uow.now())), EntryId(row.entry))
        bookings.append(
            _letting_go(item, row, units=units, effective_on=uow.today(), kind="expiry")
        )
    return len(await _book_after_flush(uow, bookings))


async def _lock(uow: UnitOfWork, holds: Sequence[EntryId]) -> dict[EntryId, HoldRow]:
    rows = await uow.session.scalars(
        select(HoldRow)
        .where(HoldRow.entry.in_(holds))
        .order_by(HoldRow.entry)
        .with_for_update()
    )
    found = {EntryId(row.entry): row for row in rows}
    if len(found) < len(set(holds)):
        raise NotFound(thing="hold")
    return found


async def _done(uow: UnitOfWork, ids: Sequence[EntryId]) -> dict[EntryId, int]:
    """Return the units of those acts that were booked before, for their replay.

    Raises:
        EntryIdReused: An id stands for what is no act on a hold.
    """
    rows = await uow.session.execute(
        select(EntryRow.id, EntryRow.hold, EntryRow.details).where(EntryRow.id.in_(ids))
    )
    done = {}
    for id_, hold, details in rows:
        if hold is None:
            raise EntryIdReused(entry=id_)
        done[EntryId(id_)] = int(details["units"])
    return done


async def _book_after_flush(
    uow: UnitOfWork, bookings: Sequence[Booking]
) -> list[Posted]:
    await uow.session.flush()
    return await book(uow, bookings)


async def get(uow: UnitOfWork, hold: EntryId) -> HoldRow:
    """Return a hold by the id of its pending entry."""
    row = await uow.session.get(HoldRow, hold, populate_existing=True)
    if row is None:
        raise NotFound(thing="hold")
    return row
