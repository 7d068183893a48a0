"""Entries: post any number of them in the caller's transaction, or reverse one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sqlalchemy import select

from ledger.booking import EntryIdReused, NotReversible, book
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId, EntryId
from ledger.journal import Booking, EntryRow, Leg, Posted, PostedLeg, PostingRow
from ledger.judging import (
    AboveCeiling,
    AccountClosed,
    AccountFrozen,
    EntryMalformed,
    EntryUnbalanced,
    InsufficientFunds,
    PeriodAdjusting,
    PeriodClosed,
    TooFarAhead,
    TooFewLegs,
    TooManyLegs,
    UnitsOutOfRange,
    UnknownAccount,
)

__all__ = [
    "AboveCeiling",
    "AccountClosed",
    "AccountFrozen",
    "EntryIdReused",
    "EntryMalformed",
    "EntryUnbalanced",
    "InsufficientFunds",
    "Leg",
    "NewEntry",
    "NotReversible",
    "PeriodAdjusting",
    "PeriodClosed",
    "Posted",
    "PostedLeg",
    "TooFarAhead",
    "TooFewLegs",
    "TooManyLegs",
    "UnitsOutOfRange",
    "UnknownAccount",
    "find_reversal",
    "post",
    "reverse",
    "transfer",
]

POSTED: Final = "posted"


@dataclass(frozen=True)
class NewEntry:
    """An entry to be posted; its id is its idempotency key."""

    id: EntryId
    kind: str
    legs: tuple[Leg, ...]
    effective_on: date
    memo: str = ""
    metadata: dict[str, str] = field(default_factory=dict)

    def booking(self) -> Booking:
        """Return the entry as the posting core takes it."""
        return Booking(
            id=self.id,
            kind=self.kind,
            state=POSTED,
            effective_on=self.effective_on,
            legs=self.legs,
            memo=self.memo,
            details=self.metadata,
        )


def transfer(*, debit: AccountId, credit: AccountId, units: int) -> tuple[Leg, Leg]:
    """Return the two legs that debit one account and credit another."""
    return Leg(debit, units), Leg(credit, -units)


async def post(uow: UnitOfWork, new: Sequence[NewEntry]) -> list[Posted]:
    """Post entries, all or none, in the order given; four statements at most.

    An id that was posted before with the same content gives the stored outcome.

    Raises:
        EntryUnbalanced: Legs do not sum to zero in an asset of a book.
        EntryMalformed: Too few, too many, zero or too large legs, or unusable text.
        UnknownAccount, AccountClosed, AccountFrozen: An account cannot be used.
        InsufficientFunds, AboveCeiling: An account would pass one of its limits.
        PeriodClosed, PeriodAdjusting: The effective date's period does not take it.
        TooFarAhead: The effective date is more than a year ahead.
        EntryIdReused: The id stands for an entry with other content.
        IdMalformed: An id is not of an entry or an account.
    """
    return await book(uow, [entry.booking() for entry in new])


async def find_reversal(uow: UnitOfWork, entry: EntryId) -> EntryId | None:
    """Return the entry that reverses this one; None while it stands."""
    query = select(EntryRow.id).where(EntryRow.reverses == entry)
    found = await uow.session.scalar(query)
    return None if found is None else EntryId(found)


async def reverse(
    uow: UnitOfWork,
    original: EntryId,
    *,
    reversal: EntryId,
    effective_on: date,
    memo: str,
) -> Posted:
    """Undo a posted entry by its mirror; once, linked both ways."""
    row = await uow.session.get(EntryRow, original)
    if row is None:
        raise NotFound(thing="entry")
    if row.state != POSTED or row.reverses is not None or row.hold is not None:
        raise NotReversible(entry=original)
    if await find_reversal(uow, original) not in (None, reversal):
        raise NotReversible(entry=original)
    legs = await uow.session.execute(
        select(PostingRow.account, PostingRow.units)
        .where(PostingRow.entry == original)
        .order_by(PostingRow.leg)
    )
    mirror = tuple(Leg(AccountId(account), -units) for account, units in legs)
    booking = Booking(
        id=reversal,
        kind=f"{row.kind}.reversed",
        state=POSTED,
        effective_on=effective_on,
        legs=mirror,
        memo=memo,
        reverses=original,
    )
    return (await book(uow, [booking]))[0]
