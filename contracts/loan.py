"""A loan at any date is a pure function of its terms and the events up to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from contracts.book import Book
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
from contracts.history import replayed
from contracts.latefees import LateFee, late_fees_due, late_fees_unfounded
from contracts.state import (
    Allocation,
    Amounts,
    InstalmentState,
    LoanState,
    Status,
    amounts_of,
    describe,
    pending,
)
from contracts.terms import Component, Terms
from ledger.money import Money

__all__ = [
    "Allocation",
    "Amounts",
    "ChargeAdded",
    "ChargeCancelled",
    "ChargedBack",
    "Disbursed",
    "DueDateShifted",
    "Event",
    "InstalmentState",
    "LateFee",
    "LateFeeCharged",
    "LoanState",
    "PaymentHoliday",
    "PayoffQuote",
    "RateChanged",
    "Reamortised",
    "ReceiptReceived",
    "RecoveryReceived",
    "Refunded",
    "Restructured",
    "Status",
    "Waived",
    "WrittenOff",
    "late_fees_due",
    "late_fees_unfounded",
    "payoff_quote",
    "replay",
]


@dataclass(frozen=True, slots=True)
class PayoffQuote:
    """What closes the loan if it arrives on the date; ``saved`` is interest not charged."""

    good_through: date
    penalty: Money
    fee: Money
    interest: Money
    principal: Money
    saved: Money

    @property
    def total(self) -> Money:
        """The whole price of closing."""
        return self.penalty + self.fee + self.interest + self.principal


def replay(terms: Terms, events: Iterable[Event], on: date) -> LoanState:
    """Return the state at the end of a day, from the first event again each time."""
    book, allocations = replayed(terms, events, on)
    if book is None:
        return pending(terms.currency, on)
    return describe(book, allocations, on)


def payoff_quote(
    terms: Terms, events: Iterable[Event], on: date, *, before: Event | None = None
) -> PayoffQuote:
    """Return the price of closing the loan on a day, before anybody pays it.

    With ``before`` it is the price at that event's place in the day.
    """
    book, _ = replayed(terms, events, on, before=before)
    book = book or Book(terms)
    parts = book.payoff(on)
    saved = book.sum_unpaid(Component.INTEREST) - parts[Component.INTEREST]
    amounts = amounts_of(parts, terms.currency)
    return PayoffQuote(
        on,
        amounts.penalty,
        amounts.fee,
        amounts.interest,
        amounts.principal,
        Money(max(0, saved), terms.currency),
    )
