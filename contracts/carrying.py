"""A loan's book kept after its last event, so that a day costs one step, not a replay.

Replaying terms and events from the first stays the truth: a kept book is what that gave,
written down. What it cannot be carried through, such as an event dated back, gives None,
and the caller replays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from pydantic import TypeAdapter, ValidationError

from contracts import history, running
from contracts.book import Book
from contracts.events import (
    ChargeAdded,
    Event,
    LateFeeCharged,
    ReceiptReceived,
    RecoveryReceived,
    WrittenOff,
)
from contracts.standing import Standing, stand
from contracts.state import Allocation, LoanState, describe
from contracts.terms import Terms
from ledger.errors import ensure

# What only adds to a book. Other events may change what came before them.
_ADDING = (LateFeeCharged, ChargeAdded, ReceiptReceived, WrittenOff, RecoveryReceived)


@dataclass(frozen=True, slots=True)
class Carried:
    """A book as it stood after ``events`` events, the last of them on ``last_on``.

    ``stand`` and ``describe`` let it run on to a day; it cannot be carried after that.
    """

    events: int
    last_on: date
    book: Book

    def written(self) -> str:
        """Write the book down, to be read again by ``read``."""
        return _BOOK.dump_json(self.book).decode()

    @classmethod
    def read(cls, events: int, last_on: date, written: str) -> Self | None:
        """Read a book; None when it was written in another release's words."""
        try:
            return cls(events, last_on, _BOOK.validate_json(written))
        except ValidationError:
            return None

    def goes_on_with(self, events: Sequence[Event]) -> bool:
        """Tell whether events can be added behind what was played.

        Not so: events of a day already played, events that change what came before,
        and anything at all while money is still to go out.
        """
        return all(
            event.on > self.last_on and isinstance(event, _ADDING) for event in events
        ) and all(part.on <= self.last_on for part in self.book.terms.tranches)

    def stand(self, on: date) -> Standing:
        """Return what a day-end looks at, with nothing new since the last event."""
        return stand(self._run_to(on), on)

    def describe(self, allocations: Sequence[Allocation], on: date) -> LoanState:
        """Return the whole state on a day, with nothing new since the last event."""
        return describe(self._run_to(on), tuple(allocations), on)

    def _run_to(self, on: date) -> Book:
        ensure(on >= self.last_on, "a book is not run backwards")
        running.advance(self.book, on)
        return self.book


def begin(
    terms: Terms, events: Sequence[Event]
) -> tuple[Carried | None, tuple[Allocation, ...]]:
    """Replay all events of a loan into a book to keep; none before money went out."""
    last_on = max((event.on for event in events), default=terms.disbursed_on)
    book, allocations = history.replayed(terms, events, last_on)
    return (Carried(len(events), last_on, book) if book else None), allocations


def carry(
    carried: Carried, events: Sequence[Event]
) -> tuple[Carried, tuple[Allocation, ...]]:
    """Play further events into a kept book, which is used up by it."""
    ensure(carried.goes_on_with(events), "only what comes behind can be carried on")
    allocations = history.play(carried.book, sorted(events, key=history.place_of))
    last_on = max((event.on for event in events), default=carried.last_on)
    count = carried.events + len(events)
    return Carried(count, last_on, carried.book), tuple(allocations)


_BOOK = TypeAdapter(Book)
