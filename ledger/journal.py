"""The journal: entries and their legs as they are kept, and as they are asked for.

A booking is what entries and holds have in common: legs that change posted sums, and
changes to pending sums.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import AccountId, EntryId, IdType
from ledger.tables import Base

# An audit entry holds 16 KiB, so an entry of more legs is recorded in parts.
LEGS_PER_PART: Final = 128

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
# Kinds are few words that come again and again.
_word = lru_cache(1024)(_JSON.encode)


class EntryRow(Base):
    """One act in the journal, which is its own audit record; never changed.

    ``state`` says what it did: ``posted`` moved units, ``pending`` held them,
    ``voided`` let a hold go. ``hold`` names the pending entry a later one ends.
    ``stream`` and ``number`` are the place of its first part in the gapless count of
    what is to be sealed (see ``ledger.outbox``), empty when the audit log was off.
    """

    __tablename__ = "entry"

    id: Mapped[str] = mapped_column(IdType("entry"), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    state: Mapped[str]
    effective_on: Mapped[date]
    booked_at: Mapped[datetime]
    reverses: Mapped[str | None] = mapped_column(
        IdType("entry"), ForeignKey("entry.id")
    )
    hold: Mapped[str | None] = mapped_column(IdType("entry"), ForeignKey("entry.id"))
    legs: Mapped[int]
    memo: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str]
    actor_auth: Mapped[str]
    request_id: Mapped[str]
    stream: Mapped[int | None]
    number: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("state IN ('posted', 'pending', 'voided')", "state"),
        CheckConstraint("(state = 'posted') = (legs > 1)", "legs"),
        Index(
            "uq_entry_reverses",
            "reverses",
            unique=True,
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        Index("ix_entry_hold", "hold", postgresql_where=text("hold IS NOT NULL")),
    )


class PostingRow(Base):
    """One leg of an entry: a step in an account's gap-free history; never changed.

    ``units`` and ``balance_after`` are signed: debits are positive. What a foreign key
    would check row by row, the trigger ``posting_must_balance`` checks at once.
    """

    __tablename__ = "posting"

    account: Mapped[str] = mapped_column(IdType("acct"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(IdType("entry"))
    leg: Mapped[int]
    units: Mapped[int]
    balance_after: Mapped[int]
    booked_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("units <> 0", "units"),
        CheckConstraint("version > 0", "version"),
        UniqueConstraint("entry", "leg"),
        Index("ix_posting_booked_at", "account", "booked_at", "version"),
    )


class Leg(NamedTuple):
    """One side of an entry: positive units are a debit, negative a credit."""

    account: AccountId
    units: int


class Pending(NamedTuple):
    """A change to what is pending on an account, in debits and credits."""

    account: AccountId
    debits: int
    credits: int


NO_DETAILS: Final[Mapping[str, str]] = MappingProxyType({})


class Booking(NamedTuple):
    """One act: an entry with its legs and what it does to pending sums."""

    id: EntryId
    kind: str
    state: str
    effective_on: date
    legs: tuple[Leg, ...] = ()
    pending: tuple[Pending, ...] = ()
    memo: str = ""
    details: Mapping[str, str] = NO_DETAILS
    reverses: EntryId | None = None
    hold: EntryId | None = None

    def request_hash(self) -> bytes:
        """Hash everything that makes this the same request: SHA-256 of one JSON list.

        Written by hand, as every booking is hashed; ids hold nothing to be quoted.
        """
        legs = ",".join([f'["{account}",{units}]' for account, units in self.legs])
        rest = [
            [(held.account, held.debits, held.credits) for held in self.pending],
            self.memo,
            dict(self.details),
            self.reverses,
            self.hold,
        ]
        known = (
            f'["{self.id}",{_word(self.kind)},"{self.state}","{self.effective_on}"'
            f",[{legs}],{_JSON.encode(rest)[1:-1] if any(rest) else _NOTHING_ELSE}]"
        )
        return hashlib.sha256(known.encode()).digest()

    def accounts(self) -> list[AccountId]:
        """Name every account the booking touches, as often as it does."""
        held = [change.account for change in self.pending]
        return [leg.account for leg in self.legs] + held

    def parts(self) -> int:
        """Return in how many parts the booking is recorded in the audit log."""
        return max(-(-len(self.legs) // LEGS_PER_PART), 1)


_NOTHING_ELSE: Final = '[],"",{},null,null'


class PostedLeg(NamedTuple):
    """A leg as it stands in the history; ``balance_after`` is debit-positive."""

    account: AccountId
    units: int
    version: int
    balance_after: int


class Posted(NamedTuple):
    """The outcome of a booking, the same for the first call and every replay."""

    id: EntryId
    legs: tuple[PostedLeg, ...]
    replayed: bool
