"""What a replayed loan looks like on a date: owed, overdue, accrued, paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from contracts.book import Book, Line
from contracts.terms import Component
from ledger.money import Currency, Money


class Status(StrEnum):
    """Where a loan stands."""

    PENDING = "pending"
    ACTIVE = "active"
    ARREARS = "arrears"
    PAID_OFF = "paid_off"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Money by what it is owed for."""

    penalty: Money
    fee: Money
    interest: Money
    principal: Money

    @property
    def total(self) -> Money:
        """All of it."""
        return self.penalty + self.fee + self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Allocation:
    """What one receipt paid; ``excess`` is more than was owed."""

    receipt_id: str
    on: date
    penalty: Money
    fee: Money
    interest: Money
    principal: Money
    excess: Money

    @property
    def total(self) -> Money:
        """The whole receipt."""
        return self.penalty + self.fee + self.interest + self.principal + self.excess

    def by_component(self) -> dict[Component, int]:
        """Return what it paid of each component, in minor units."""
        parts = (self.penalty, self.fee, self.interest, self.principal)
        return {part: paid.minor for part, paid in zip(Component, parts, strict=True)}


@dataclass(frozen=True, slots=True)
class InstalmentState:
    """One instalment: what it asks for and what was paid on it, penalties included."""

    number: int
    due_on: date
    owed: Amounts
    paid: Amounts
    settled_on: date | None

    @property
    def unpaid(self) -> Money:
        """What is still owed."""
        return self.owed.total - self.paid.total


@dataclass(frozen=True, slots=True)
class LoanState:
    """A loan on a date.

    ``outstanding`` is all unpaid principal, with interest, fees and penalties that
    have fallen due; ``accrued_interest`` is earned but not yet due. ``earned_interest``
    is everything earned since the first day, so its daily difference is the accrual.
    """

    on: date
    status: Status
    outstanding: Amounts
    overdue: Amounts
    accrued_interest: Money
    earned_interest: Money
    written_off: Amounts
    overpaid: Money
    instalments: tuple[InstalmentState, ...]
    allocations: tuple[Allocation, ...]
    next_due_on: date | None
    next_due: Money
    days_past_due: int
    is_forborne: bool = False


def describe(book: Book, allocations: tuple[Allocation, ...], on: date) -> LoanState:
    """Return the state a book stands in at the end of a day."""
    currency = book.terms.currency
    due = {part: book.sum_unpaid(part, due_by=on) for part in Component}
    before = on - timedelta(days=1)
    overdue = {part: book.sum_unpaid(part, due_by=before) for part in Component}
    owed = {**due, Component.PRINCIPAL: book.outstanding(on)}
    accrued = max(0, book.owed_interest(on) - due[Component.INTEREST])
    late = [line.due_on for line in book.lines if line.unpaid and line.due_on < on]
    ahead = sorted(
        (line for line in book.lines if line.unpaid and line.due_on >= on),
        key=lambda line: line.due_on,
    )
    next_due_on = ahead[0].due_on if ahead else None
    next_due = sum(line.unpaid for line in ahead if line.due_on == next_due_on)
    return LoanState(
        on=on,
        status=_status(book, owed, late),
        outstanding=amounts_of(owed, currency),
        overdue=amounts_of(overdue, currency),
        accrued_interest=Money(accrued, currency),
        earned_interest=Money(
            book.earned(on) - book.forgone[Component.INTEREST], currency
        ),
        written_off=amounts_of(book.lost, currency),
        overpaid=Money(book.overpaid, currency),
        instalments=_instalments(book),
        allocations=allocations,
        next_due_on=next_due_on,
        next_due=Money(next_due, currency),
        days_past_due=(on - min(late)).days if late else 0,
        is_forborne=book.is_forborne,
    )


def _status(book: Book, owed: dict[Component, int], late: Sequence[date]) -> Status:
    if book.written_off_on is not None:
        return Status.WRITTEN_OFF
    if not any(owed.values()):
        return Status.PAID_OFF
    return Status.ARREARS if late else Status.ACTIVE


def _instalments(book: Book) -> tuple[InstalmentState, ...]:
    numbered: dict[int, list[Line]] = {}
    for line in book.lines:
        numbered.setdefault(line.number, []).append(line)
    return tuple(
        _instalment(number, numbered[number], book.terms.currency)
        for number in sorted(numbered)
        if number
    )


def _instalment(
    number: int, lines: Sequence[Line], currency: Currency
) -> InstalmentState:
    owed = dict.fromkeys(Component, 0)
    paid = dict.fromkeys(Component, 0)
    for line in lines:
        owed[line.component] += line.owed
        paid[line.component] += line.paid
    settled = [line.settled_on for line in lines if line.settled_on]
    done = all(not line.unpaid for line in lines)
    return InstalmentState(
        number,
        min(line.due_on for line in lines),
        amounts_of(owed, currency),
        amounts_of(paid, currency),
        max(settled) if done and settled else None,
    )


def amounts_of(parts: Mapping[Component, int], currency: Currency) -> Amounts:
    """Name minor units by component; a component not there is zero."""
    return Amounts(*(Money(parts.get(part, 0), currency) for part in Component))


def pending(currency: Currency, on: date) -> LoanState:
    """Return the state of a loan whose money has not gone out."""
    nothing, none = Money.zero(currency), amounts_of({}, currency)
    return LoanState(
        on=on,
        status=Status.PENDING,
        outstanding=none,
        overdue=none,
        accrued_interest=nothing,
        earned_interest=nothing,
        written_off=none,
        overpaid=nothing,
        instalments=(),
        allocations=(),
        next_due_on=None,
        next_due=nothing,
        days_past_due=0,
    )
