"""What each way of paying early costs, side by side, before anybody pays.

Every way is tried on a replay of its own; nothing of it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from contracts import running, waterfall
from contracts.book import Book
from contracts.events import Event
from contracts.history import replayed
from contracts.terms import Component, Excess, PayoffRule, Terms
from ledger.money import Money


class Way(StrEnum):
    """What a borrower may do with money beyond what is due."""

    AS_AGREED = "as_agreed"  # pay nothing early
    PAYOFF_TO_DATE = "payoff_to_date"  # close, with interest to the day
    PAYOFF_TO_PERIOD_END = "payoff_to_period_end"  # close, with the period's interest
    SHORTEN = "shorten"  # fewer instalments
    REAMORTISE = "reamortise"  # lower instalments


@dataclass(frozen=True, slots=True)
class Option:
    """One way and its price; ``saved`` is against paying nothing early.

    ``pays_now`` is money on the day, ``pays_later`` everything after it, and
    ``is_agreed`` tells whether the loan's own terms already say so.
    """

    way: Way
    pays_now: Money
    pays_later: Money
    saved: Money
    next_due: Money
    last_due_on: date | None
    is_agreed: bool

    @property
    def total(self) -> Money:
        """All that is still to be paid."""
        return self.pays_now + self.pays_later


_PAYOFFS = {
    Way.PAYOFF_TO_DATE: PayoffRule.TO_DATE,
    Way.PAYOFF_TO_PERIOD_END: PayoffRule.TO_PERIOD_END,
}
_EXCESSES = {Way.SHORTEN: Excess.SHORTEN, Way.REAMORTISE: Excess.REAMORTISE}


def options(
    terms: Terms, events: Sequence[Event], on: date, amount: Money | None = None
) -> list[Option]:
    """Return what each way costs on a day; with an amount also what it would change.

    The amount is all that would be paid on the day, what is due by then included.
    """
    before, _ = replayed(terms, events, on)
    if before is None or before.written_off_on or before.closed_on:
        return []
    due = sum(before.sum_unpaid(part, due_by=on) for part in Component)
    base = _option(before, Way.AS_AGREED, due, on)
    ways = [Way.PAYOFF_TO_DATE, Way.PAYOFF_TO_PERIOD_END]
    if amount is not None and amount.minor > due:
        ways += [Way.SHORTEN, Way.REAMORTISE]
    found = [base]
    for way in ways:
        book, _ = replayed(terms, events, on)
        if book is not None:
            option = _tried(book, way, amount.minor if amount else 0, on=on)
            found.append(replace(option, saved=base.total - option.total))
    return found


def _tried(book: Book, way: Way, amount: int, *, on: date) -> Option:
    """Pay in one way, and see what is left."""
    agreed = book.terms
    if way in _PAYOFFS:
        book.terms = replace(agreed, payoff=_PAYOFFS[way])
        amount = sum(book.payoff(on).values())
        is_agreed = book.terms.payoff is agreed.payoff
    else:
        book.terms = replace(agreed, excess=_EXCESSES[way])
        is_agreed = book.terms.excess is agreed.excess
    _, rest = waterfall.pay(book, amount, on)
    running.advance(book, on)
    option = _option(book, way, 0, on)
    paid = Money(amount - rest, agreed.currency)
    return replace(option, pays_now=paid, is_agreed=is_agreed)


def _option(book: Book, way: Way, due: int, on: date) -> Option:
    """Describe what is to be paid later; what is due by the day is paid on it."""
    ahead = [line for line in book.lines if line.unpaid and line.due_on > on]
    next_due_on = min((line.due_on for line in ahead), default=None)
    currency = book.terms.currency
    return Option(
        way,
        pays_now=Money(due, currency),
        pays_later=Money(sum(line.unpaid for line in ahead), currency),
        saved=Money.zero(currency),
        next_due=Money(
            sum(line.unpaid for line in ahead if line.due_on == next_due_on), currency
        ),
        last_due_on=max((line.due_on for line in ahead), default=None),
        is_agreed=way is Way.AS_AGREED,
    )
