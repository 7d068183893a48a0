"""The measures themselves: each takes a history and returns a number or unknown.

The library's floating point is exact enough for ratios; money itself stays whole.
Only sums, products, quotients and square roots are used, which give the same bits on
every machine.
"""

import math
from collections import Counter
from collections.abc import Callable

from risk.cashflow.categories import Category, normalise_counterparty
from risk.cashflow.history import MONTH_DAYS, WINDOW_DAYS, History, Movement

_MINOR_PER_MAJOR = 100
_BUFFER_DAYS = 90
_BALANCE_DAYS = 180
_TREND_MONTHS = 3
_RUNNING_COSTS = frozenset(
    {
        Category.SALARIES,
        Category.RENT,
        Category.TAX,
        Category.SUPPLIERS,
        Category.CASH,
        Category.FEES,
        Category.UNCLASSIFIED,
        Category.SALES,
    }
)
_LENDING = frozenset({Category.LOAN_IN, Category.LOAN_SERVICE})


def history_days(history: History) -> float | None:
    """Return how far back the lines go, at most a year."""
    return min(history.span_days, WINDOW_DAYS) if history.movements else None


def days_since_last_line(history: History) -> float | None:
    """Return how old the newest line is."""
    return min((item.age_days for item in history.movements), default=None)


def sales_per_month(history: History) -> float | None:
    """Return the mean of monthly sales in major units."""
    months = history.sales_by_month
    return sum(months) / len(months) / _MINOR_PER_MAJOR if months else None


def sales_variation(history: History) -> float | None:
    """Return how much monthly sales swing around their mean."""
    months = history.sales_by_month
    if len(months) < _TREND_MONTHS or not sum(months):
        return None
    mean = sum(months) / len(months)
    variance = sum((month - mean) * (month - mean) for month in months) / len(months)
    return math.sqrt(variance) / mean


def sales_trend(history: History) -> float | None:
    """Return how the last three months compare with the three before."""
    months = history.sales_by_month
    before = sum(months[_TREND_MONTHS : 2 * _TREND_MONTHS])
    if len(months) < 2 * _TREND_MONTHS or not before:
        return None
    return sum(months[:_TREND_MONTHS]) / before - 1


def floor_cover(history: History) -> float | None:
    """Return the lowest recent balance in instalments."""
    balances = history.balances(_BUFFER_DAYS)
    return min(balances) / history.instalment_minor if balances else None


def days_of_cash(history: History) -> float | None:
    """Return how long the usual balance would pay for the usual spending."""
    balances = history.balances(_BUFFER_DAYS)
    spent = -sum(
        item.amount_minor
        for item in history.movements
        if item.amount_minor < 0
        and item.age_days <= _BUFFER_DAYS
        and item.category is not Category.OWN_TRANSFER
    )
    if not balances or not spent:
        return None
    return (sum(balances) / len(balances)) / (spent / len(balances))


def low_balance_share(history: History) -> float | None:
    """Return the share of recent days that end with less than an instalment."""
    return _share_of_days(history, lambda balance: balance < history.instalment_minor)


def negative_days_share(history: History) -> float | None:
    """Return the share of recent days that end below zero."""
    return _share_of_days(history, lambda balance: balance < 0)


def debt_service_cover(history: History) -> float | None:
    """Return what is left for debts each month over what debts would take."""
    if not history.months or not sum(history.sales_by_month):
        return None
    counted = [
        item
        for item in history.movements
        if item.age_days <= history.months * MONTH_DAYS
    ]
    costs = _outflow(counted, _RUNNING_COSTS) / history.months
    debts = _outflow(counted, frozenset({Category.LOAN_SERVICE})) / history.months
    sales = sum(history.sales_by_month) / history.months
    return (sales - costs) / (debts + history.instalment_minor)


def other_lenders(history: History) -> float | None:
    """Count the lenders seen in the flows."""
    if not history.movements:
        return None
    return len(
        {
            normalise_counterparty(item.source)
            for item in history.movements
            if item.category in _LENDING
        }
    )


def returned_items(history: History) -> float | None:
    """Count the payments that came back."""
    if not history.movements:
        return None
    return sum(item.category is Category.RETURNED for item in history.movements)


def largest_customer_share(history: History) -> float | None:
    """Return how much of the sales hang on one customer."""
    paid: Counter[str] = Counter()
    for item in history.sales:
        if item.source.counterparty:
            paid[normalise_counterparty(item.source)] += item.amount_minor
    total = sum(paid.values())
    return max(paid.values()) / total if total else None


def unclassified_share(history: History) -> float | None:
    """Return how much of the turnover no rule knows."""
    moved = sum(abs(item.amount_minor) for item in history.movements)
    if not moved:
        return None
    unknown = sum(
        abs(item.amount_minor)
        for item in history.movements
        if item.category is Category.UNCLASSIFIED
    )
    return unknown / moved


def _share_of_days(history: History, holds: Callable[[int], bool]) -> float | None:
    balances = history.balances(_BALANCE_DAYS)
    if not balances:
        return None
    return sum(holds(balance) for balance in balances) / len(balances)


def _outflow(movements: list[Movement], categories: frozenset[Category]) -> int:
    return -sum(
        item.amount_minor
        for item in movements
        if item.amount_minor < 0 and item.category in categories
    )
