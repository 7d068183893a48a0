"""The plan of a loan as it stands on a day: its rows, and what changed them last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from contracts import schedule
from contracts.book import Book
from contracts.events import (
    ChargedBack,
    Disbursed,
    DueDateShifted,
    Event,
    PaymentHoliday,
    RateChanged,
    Reamortised,
    ReceiptReceived,
    Restructured,
    Waived,
    WrittenOff,
)
from contracts.history import place_of, replayed
from contracts.terms import Component, Terms
from ledger.money import Currency, Money

# What is done in order to change a plan, and what may change one beside its purpose.
_MEANT = (
    RateChanged,
    DueDateShifted,
    PaymentHoliday,
    Reamortised,
    Restructured,
    WrittenOff,
)
_BESIDE = (Disbursed, ReceiptReceived, ChargedBack, Waived)
CHANGING = (*_MEANT, *_BESIDE)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One instalment as it stands; late fees and charges are no part of a plan.

    ``balance_after`` is the principal left once this and all before it are paid.
    """

    number: int
    starts_on: date
    due_on: date
    principal: Money
    interest: Money
    fee: Money
    balance_after: Money

    @property
    def payment(self) -> Money:
        """All of it."""
        return self.principal + self.interest + self.fee


@dataclass(frozen=True, slots=True)
class Plan:
    """The instalments of a loan, paid ones too; ``changed`` is None while as agreed."""

    currency: Currency
    rows: tuple[PlanRow, ...]
    changed: Event | None

    @property
    def principal(self) -> Money:
        """Principal of all rows: what went out, and interest that was added to it."""
        return Money.sum((row.principal for row in self.rows), self.currency)

    @property
    def interest(self) -> Money:
        """Interest of all rows."""
        return Money.sum((row.interest for row in self.rows), self.currency)

    @property
    def fees(self) -> Money:
        """Fees of all rows, without the one kept back at the start."""
        return Money.sum((row.fee for row in self.rows), self.currency)

    @property
    def payment(self) -> Money:
        """All that the rows ask for."""
        return self.principal + self.interest + self.fees


def plan(terms: Terms, events: Sequence[Event], on: date) -> Plan:
    """Return the plan in force on a day; the agreed one until something changed it."""
    agreed = tuple(
        PlanRow(
            row.number,
            row.starts_on,
            row.due_on,
            row.principal,
            row.interest,
            row.fee,
            row.balance_after,
        )
        for row in schedule.build(terms).rows
    )
    book, _ = replayed(terms, events, on)
    rows = agreed if book is None else _rows(book)
    if [_asked(row) for row in rows] == [_asked(row) for row in agreed]:
        return Plan(terms.currency, agreed, None)
    return Plan(terms.currency, rows, _changed_by(events, on))


def _asked(row: PlanRow) -> tuple[date, Money, Money, Money]:
    return row.due_on, row.principal, row.interest, row.fee


def _changed_by(events: Sequence[Event], on: date) -> Event | None:
    past = sorted((event for event in events if event.on <= on), key=place_of)
    for kinds in (_MEANT, _BESIDE):
        if found := [event for event in past if isinstance(event, kinds)]:
            return found[-1]
    return None


def _rows(book: Book) -> tuple[PlanRow, ...]:
    """Return the instalments of a book with what each asks for, in the order due."""
    lines = [
        line
        for line in book.lines
        if line.number and line.component is not Component.PENALTY
    ]
    due = {line.number: line.due_on for line in lines}
    owed = {(line.number, line.component): line.owed for line in lines}
    starts = {row.number: row.starts_on for row in book.rows}
    begun = min(starts.values(), default=book.terms.disbursed_on)
    order = sorted(due, key=lambda number: (due[number], number))
    before = {number: due[earlier] for earlier, number in pairwise(order)}
    left = sum(owed.get((number, Component.PRINCIPAL), 0) for number in order)
    rows = []
    for number in order:
        parts = {part: owed.get((number, part), 0) for part in Component}
        left -= parts[Component.PRINCIPAL]
        money = {
            part: Money(minor, book.terms.currency) for part, minor in parts.items()
        }
        rows.append(
            PlanRow(
                number,
                starts.get(number, before.get(number, begun)),
                due[number],
                money[Component.PRINCIPAL],
                money[Component.INTEREST],
                money[Component.FEE],
                Money(left - book.not_yet_owed(due[number]), book.terms.currency),
            )
        )
    return tuple(rows)
