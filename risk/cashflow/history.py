"""Prepare what measures look at: the days before a day, and nothing from it on."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from ledger.money import AmountOutOfRange
from risk.cashflow.categories import (
    WRITTEN_RULES,
    Category,
    Rulebook,
    categorise,
)
from risk.cashflow.invoices import Invoice, as_known_before
from risk.cashflow.movement import NOT_SALES, Movement
from risk.cashflow.parties import one_spelling
from risk.cashflow.record import NO_RECORD, Record, keep_record
from risk.statements import Transaction

WINDOW_DAYS = 365
MONTH_DAYS = 30


@dataclass(frozen=True)
class Background:
    """What is known beside the lines: corrected categories, and invoices if given."""

    rulebook: Rulebook = WRITTEN_RULES
    invoices: tuple[Invoice, ...] = ()


NO_BACKGROUND = Background()


@dataclass(frozen=True)
class History:
    """A firm's movements, balances and invoices in the year before a day."""

    as_of: date
    instalment_minor: int
    movements: tuple[Movement, ...]
    daily_balances: tuple[int, ...] | None
    span_days: int
    invoices: tuple[Invoice, ...] = ()
    record: Record = NO_RECORD

    @cached_property
    def months(self) -> int:
        """Return how many whole 30-day months lie in the history."""
        return self.span_days // MONTH_DAYS

    @cached_property
    def by_category(self) -> dict[Category, list[Movement]]:
        """Return the movements by what they are for."""
        sorted_out: dict[Category, list[Movement]] = {kind: [] for kind in Category}
        for item in self.movements:
            sorted_out[item.category].append(item)
        return sorted_out

    @cached_property
    def sales(self) -> tuple[Movement, ...]:
        """Return receipts that are not known to be something other than sales."""
        return tuple(
            item
            for item in self.movements
            if item.amount_minor > 0 and item.category not in NOT_SALES
        )

    @cached_property
    def sales_total(self) -> int:
        """Return all sales of the history in minor units."""
        return sum(item.amount_minor for item in self.sales)

    @cached_property
    def sales_by_month(self) -> tuple[int, ...]:
        """Return what came in as sales in each whole month, the latest first."""
        totals = [0] * (self.months + 1)
        for age, amount, _, _ in self.sales:
            totals[min((age - 1) // MONTH_DAYS, self.months)] += amount
        return tuple(totals[: self.months])

    @cached_property
    def customers(self) -> Counter[str]:
        """Return the sales to each named customer."""
        return by_party(self.sales)

    @cached_property
    def turnover(self) -> int:
        """Return all money moved, in and out, in minor units."""
        return sum([abs(item.amount_minor) for item in self.movements])

    @cached_property
    def active_ages(self) -> frozenset[int]:
        """Return how many days ago anything moved."""
        return frozenset([item.age_days for item in self.movements])

    def balances(self, days: int = WINDOW_DAYS) -> tuple[int, ...]:
        """Return the balances at the end of the last days, the latest first."""
        return (self.daily_balances or ())[:days]

    def spent(self, *categories: Category, days: int = WINDOW_DAYS) -> int:
        """Return what went out for some purposes in the last days, as a sum above zero."""
        return sum(self._spent_on(category, days) for category in categories)

    def _spent_on(self, category: Category, days: int) -> int:
        known = self._spent.get((category, days))
        if known is None:
            known = self._spent[category, days] = -sum(
                amount
                for age, amount, _, _ in self.by_category[category]
                if amount < 0 and age <= days
            )
        return known

    @cached_property
    def _spent(self) -> dict[tuple[Category, int], int]:
        return {}


def by_party(movements: Iterable[Movement]) -> Counter[str]:
    """Add up what moved between the firm and each named counterparty."""
    as_written: defaultdict[str, int] = defaultdict(int)
    for _, amount, _, source in movements:
        as_written[source.counterparty] += abs(amount)
    as_written.pop("", None)
    sums: Counter[str] = Counter()
    for name, moved in as_written.items():
        sums[one_spelling(name)] += moved
    return sums


def look_back(
    accounts: Sequence[Sequence[Transaction]],
    as_of: date,
    instalment_minor: int,
    background: Background = NO_BACKGROUND,
) -> History:
    """Keep what lies before a day, at most a year of it.

    Raises:
        AmountOutOfRange: The instalment is not more than zero.
    """
    if instalment_minor <= 0:
        raise AmountOutOfRange
    past = [[item for item in lines if item.booked_on < as_of] for lines in accounts]
    past = [lines for lines in past if lines]
    today = as_of.toordinal()
    every = [
        [
            Movement(
                today - item.booked_on.toordinal(),
                item.amount_minor,
                categorise(item, background.rulebook),
                item,
            )
            for item in lines
        ]
        for lines in past
    ]
    movements = tuple(
        item for lines in every for item in lines if item.age_days <= WINDOW_DAYS
    )
    span = max([item.age_days for item in movements], default=0)
    return History(
        as_of,
        instalment_minor,
        movements,
        _daily(past, as_of, span),
        span,
        as_known_before(background.invoices, as_of, WINDOW_DAYS),
        keep_record(every),
    )


def _daily(
    accounts: Sequence[Sequence[Transaction]], as_of: date, span: int
) -> tuple[int, ...] | None:
    """Add up the accounts' balances at the end of each day, the latest first.

    One account without balances makes the sum unknown.
    """
    series = [_account_daily(lines, as_of, span) for lines in accounts]
    if not series or any(days is None for days in series):
        return None
    return tuple(sum(day) for day in zip(*(days or [] for days in series), strict=True))


def _account_daily(
    lines: Sequence[Transaction], as_of: date, span: int
) -> list[int] | None:
    """Carry an account's balance through every day of the span, the latest first."""
    closing: dict[date, int] = {}
    for item in lines:
        if item.balance_after is None:
            return None
        closing[item.booked_on] = item.balance_after
    first = as_of - timedelta(days=span)
    opening = lines[0].balance_after
    balance = (opening or 0) - lines[0].amount_minor
    for day in sorted(closing):
        if day < first:
            balance = closing[day]
    days: list[int] = []
    for number in range(span):
        balance = closing.get(first + timedelta(days=number), balance)
        days.append(balance)
    days.reverse()
    return days
