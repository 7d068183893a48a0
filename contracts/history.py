"""Play a loan's events into its book, each time from the first."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import singledispatch

from contracts import amendments, running, schedule, waterfall
from contracts.book import Book, Line
from contracts.errors import EventInvalid
from contracts.events import (
    ChargeAdded,
    ChargeCancelled,
    ChargedBack,
    Disbursed,
    DueDateShifted,
    Event,
    LateFeeCharged,
    PaymentHoliday,
    RateChanged,
    Reamortised,
    ReceiptReceived,
    RecoveryReceived,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
)
from contracts.state import Allocation, amounts_of
from contracts.terms import Component, Terms, Tranche
from ledger.money import Money

_RANKS: tuple[type[Event], ...] = (
    Disbursed,
    RateChanged,
    DueDateShifted,
    PaymentHoliday,
    Reamortised,
    Restructured,
    LateFeeCharged,
    ChargeAdded,
    Waived,
    ReceiptReceived,
    ChargedBack,
    ChargeCancelled,
    WrittenOff,
    RecoveryReceived,
    Refunded,
)
Receipt = ReceiptReceived | RecoveryReceived
_RECOVERY_ORDER = (
    Component.PRINCIPAL,
    Component.INTEREST,
    Component.FEE,
    Component.PENALTY,
)


def replayed(
    terms: Terms, events: Iterable[Event], on: date, *, before: Event | None = None
) -> tuple[Book | None, tuple[Allocation, ...]]:
    """Return the book and the allocations at the end of a day; no book before money.

    Events after the day are not looked at. With ``before`` the day ends where that
    event stands in it: what its kind comes ahead of did not happen yet.
    """
    past = sorted((event for event in events if event.on <= on), key=place_of)
    payouts = [event for event in past if isinstance(event, Disbursed)]
    if not payouts:
        return None, ()
    book = Book(_as_paid_out(terms, payouts, on))
    book.lay_out(schedule.build(book.terms).rows)
    story = _without_charge_backs(_without_cancelled(past))
    if before is not None:
        story = [event for event in story if place_of(event) < place_of(before)]
    allocations = play(book, story)
    running.advance(book, on)
    return book, tuple(allocations)


def play(book: Book, events: Iterable[Event]) -> list[Allocation]:
    """Let a book live through events, in their order, each on its day."""
    allocations: list[Allocation] = []
    for event in events:
        _check(event, book)
        running.advance(book, event.on)
        allocation = _apply(event, book)
        if allocation is not None:
            allocations.append(allocation)
            book.got.update(allocation.by_component())
    return allocations


def place_of(event: Event) -> tuple[date, int, int]:
    """Return where an event stands among a loan's: by day, kind, and number."""
    return event.on, _RANKS.index(type(event)), event.ordinal


def _as_paid_out(terms: Terms, payouts: Sequence[Disbursed], on: date) -> Terms:
    """Put what really went out, and when, in the place of what was planned."""
    real = [Tranche(event.on, event.amount) for event in payouts]
    planned = [tranche for tranche in terms.tranches if tranche.on > on]
    parts = (*real, *planned)
    total = Money.sum((part.amount for part in parts), terms.currency)
    if total > terms.principal:
        raise EventInvalid(field="amount", reason="is more than the agreed principal")
    if len(parts) == 1 and total == terms.principal:
        parts = ()
    return replace(terms, principal=total, tranches=parts, disbursed_on=payouts[0].on)


def _without_cancelled(events: Sequence[Event]) -> list[Event]:
    """Leave out the charges that were cancelled, each of them once."""
    cancelled = [e.charge for e in events if isinstance(e, ChargeCancelled)]
    charges = {
        event.ordinal
        for event in events
        if isinstance(event, LateFeeCharged | ChargeAdded)
    }
    if len(cancelled) > len(set(cancelled)) or not charges.issuperset(cancelled):
        raise EventInvalid(field="charge", reason="must be a charge that stands")
    return [event for event in events if event.ordinal not in cancelled]


def _without_charge_backs(events: Sequence[Event]) -> list[Event]:
    """Take back from receipts what the bank took back."""
    left: dict[str, int] = {}
    for event in events:
        if isinstance(event, Receipt):
            if event.receipt_id in left:
                raise EventInvalid(field="receipt_id", reason="must be a new one")
            left[event.receipt_id] = event.amount.minor
        elif isinstance(event, ChargedBack):
            if event.receipt_id not in left:
                raise EventInvalid(field="receipt_id", reason="must have come before")
            left[event.receipt_id] -= event.amount.minor
            if left[event.receipt_id] < 0:
                raise EventInvalid(field="amount", reason="is more than the receipt")
    return [
        replace(event, amount=Money(left[event.receipt_id], event.amount.currency))
        if isinstance(event, Receipt)
        else event
        for event in events
    ]


def _check(event: Event, book: Book) -> None:
    amount = getattr(event, "amount", None)
    if amount is not None and amount.currency is not book.terms.currency:
        raise EventInvalid(field="amount", reason="must be in the loan's currency")
    if amount is not None and amount.minor < 0:
        raise EventInvalid(field="amount", reason="must not be negative")
    if event.on < book.terms.disbursed_on:
        raise EventInvalid(field="on", reason="must not be before the disbursement")
    if isinstance(event, Disbursed) and book.closed_on is not None:
        raise EventInvalid(field="on", reason="must be before the loan is closed")


@singledispatch
def _apply(event: Event, book: Book) -> Allocation | None:
    """Do to the book what an event says; money that came in gives its allocation."""
    _ = event, book
    return None


@_apply.register
def _(event: RateChanged, book: Book) -> None:
    amendments.change_rate(book, event)


@_apply.register
def _(event: DueDateShifted, book: Book) -> None:
    amendments.shift_due_date(book, event)


@_apply.register
def _(event: PaymentHoliday, book: Book) -> None:
    amendments.pause(book, event)


@_apply.register
def _(event: Reamortised, book: Book) -> None:
    amendments.reamortise(book, event)


@_apply.register
def _(event: Restructured, book: Book) -> None:
    amendments.restructure(book, event)


@_apply.register
def _(event: LateFeeCharged, book: Book) -> None:
    charged = book.charged.get(event.instalment, 0)
    book.charged[event.instalment] = charged + event.amount.minor
    _charge(book, Component.PENALTY, event.instalment, event)


@_apply.register
def _(event: ChargeAdded, book: Book) -> None:
    _charge(book, event.component, 0, event)


@_apply.register
def _(event: WrittenOff, book: Book) -> None:
    book.close_early(event.on, until=event.on)
    for line in book.lines:
        book.lost[line.component] += line.unpaid
        line.owed = line.paid
    book.written_off_on = event.on


@_apply.register
def _(event: Refunded, book: Book) -> None:
    if event.amount.minor > book.overpaid and not event.up_to:
        raise EventInvalid(field="amount", reason="is more than was overpaid")
    book.overpaid -= min(event.amount.minor, book.overpaid)


@_apply.register
def _(event: ReceiptReceived, book: Book) -> Allocation:
    if not event.amount:  # charged back whole: it never touched the book
        return _allocation(event, waterfall.Shares(), 0)
    shares, rest = waterfall.pay(book, event.amount.minor, event.on)
    book.overpaid += rest
    return _allocation(event, shares, rest)


@_apply.register
def _(event: RecoveryReceived, book: Book) -> Allocation:
    shares: waterfall.Shares = waterfall.Shares()
    rest = event.amount.minor
    for component in _RECOVERY_ORDER:
        taken = min(rest, book.lost[component])
        shares[component] = taken
        book.lost[component] -= taken
        rest -= taken
    book.overpaid += rest
    return _allocation(event, shares, rest)


def _allocation(event: Receipt, shares: waterfall.Shares, rest: int) -> Allocation:
    amounts = amounts_of(shares, event.amount.currency)
    return Allocation(
        event.receipt_id,
        event.on,
        amounts.penalty,
        amounts.fee,
        amounts.interest,
        amounts.principal,
        Money(rest, event.amount.currency),
    )


def _charge(
    book: Book,
    component: Component,
    number: int,
    event: LateFeeCharged | ChargeAdded,
) -> None:
    book.lines.append(Line(component, number, event.on, event.amount.minor))


@_apply.register
def _(event: Waived, book: Book) -> None:
    left = event.amount.minor
    lines = [
        line
        for line in sorted(book.lines, key=lambda line: (line.due_on, line.number))
        if line.component is event.component
        and line.due_on <= event.on
        and event.instalment in (None, line.number)
    ]
    for line in lines:
        cut = min(left, line.unpaid)
        line.owed -= cut
        left -= cut
        if cut and not line.unpaid:
            line.settled_on = event.on
    if left and not event.up_to:
        raise EventInvalid(field="amount", reason="is more than is due")
    book.forgone[event.component] += event.amount.minor - left
    if event.component is Component.PRINCIPAL:
        running.cut(book, event.on)
