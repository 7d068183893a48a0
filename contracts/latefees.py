"""Which late fees may be charged: once for each missed instalment, never on penalties."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from contracts.book import Book
from contracts.events import ChargeCancelled, Event, LateFeeCharged
from contracts.history import replayed
from contracts.periods import round_to_step
from contracts.terms import Component, LateBasis, Terms
from ledger.money import BPS_PER_ONE, Money


@dataclass(frozen=True, slots=True)
class LateFee:
    """A late fee that may be charged: the first day it is due and how much."""

    instalment: int
    missed_on: date
    amount: Money


def late_fees_due(terms: Terms, events: Sequence[Event], on: date) -> list[LateFee]:
    """Return the late fees that may be charged by a day and were not yet.

    An instalment is missed when something of it is unpaid at the end of the last day
    of grace; the fee is of what was overdue of it then, and never of penalties. What
    it costs is said by the terms in force on the day, which may be a restructuring's.
    """
    book, _ = replayed(terms, events, on)
    if book is None or not has_missed(book, on):
        return []
    charged = sum(book.charged.values())
    fees = []
    for number, last_day in _missed(book, on):
        overdue = _overdue_basis(terms, events, last_day, number)
        amount = _late_fee(book.terms, overdue, charged)
        charged += amount
        if amount:
            missed_on = last_day + timedelta(days=1)
            fees.append(LateFee(number, missed_on, Money(amount, terms.currency)))
    return fees


def late_fees_unfounded(
    terms: Terms, events: Sequence[Event], since: date
) -> list[LateFeeCharged]:
    """Return late fees that would not have been charged, or not of that amount.

    So it is when a receipt turns out to have come in time. Each fee is judged on the
    day it was charged, by the events of days up to it and the fees before it. ``since``
    is the day from which something new is known; fees charged before it stand.
    """
    gone = {event.charge for event in events if isinstance(event, ChargeCancelled)}
    fees = [
        event
        for event in events
        if isinstance(event, LateFeeCharged)
        and event.on >= since
        and event.ordinal not in gone
    ]
    fees.sort(key=lambda fee: (fee.on, fee.ordinal))
    known = [event for event in events if event not in fees]
    wrong = []
    for fee in fees:
        due = late_fees_due(terms, known, fee.on)
        found = next((one for one in due if one.instalment == fee.instalment), None)
        if found is None or found.amount != fee.amount:
            wrong.append(fee)
        else:
            known.append(fee)
    return wrong


def has_missed(book: Book, on: date) -> bool:
    """Tell whether an instalment was missed by a day and no fee charged for it."""
    if book.written_off_on or not book.terms.late.fee_bps:
        return False
    return bool(_missed(book, on))


def _missed(book: Book, on: date) -> list[tuple[int, date]]:
    """Return instalments not settled within their grace, with its last day."""
    missed: dict[int, date] = {}
    grace = timedelta(days=book.terms.late.grace_days)
    for line in book.lines:
        if line.due_on + grace >= on:
            continue
        last_day = line.due_on + grace
        settled = line.unpaid == 0 and (line.settled_on or line.due_on) <= last_day
        regular = line.number and line.component is not Component.PENALTY
        if regular and not settled and line.number not in book.charged:
            missed[line.number] = last_day
    return sorted(missed.items())


def _overdue_basis(
    terms: Terms, events: Sequence[Event], last_day: date, number: int
) -> int:
    book, _ = replayed(terms, events, last_day)
    of = {Component.PRINCIPAL, Component.INTEREST}
    if terms.late.basis is LateBasis.PRINCIPAL:
        of = {Component.PRINCIPAL}
    lines = book.lines if book else []
    return sum(
        line.unpaid for line in lines if line.number == number and line.component in of
    )


def _late_fee(terms: Terms, overdue: int, charged: int) -> int:
    rule = terms.rounds
    exact = Fraction(overdue * terms.late.fee_bps, BPS_PER_ONE)
    fee = round_to_step(exact, rule.interest, rule.interest_step)
    if terms.late.cap is not None:
        fee = min(fee, terms.late.cap.minor)
    if terms.late.cap_bps is not None:
        most = terms.principal.minor * terms.late.cap_bps // BPS_PER_ONE
        fee = min(
            fee, max(0, most - charged) // rule.interest_step * rule.interest_step
        )
    return fee
