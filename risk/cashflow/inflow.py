"""Measures of what comes in: level, trend, swing, season and silence.

The library's floating point is exact enough for ratios; money itself stays whole.
Measures use only sums, products, quotients and square roots, which give the same bits
on every machine.
"""

import itertools
import math
import statistics

from risk.cashflow.history import WINDOW_DAYS, History

MINOR_PER_MAJOR = 100
RECENT_DAYS = 90
_TREND_MONTHS = 3
_YEAR_MONTHS = 12


def history_days(history: History) -> float | None:
    """Return how far back the lines go, at most a year."""
    return min(history.span_days, WINDOW_DAYS) if history.movements else None


def days_since_last_line(history: History) -> float | None:
    """Return how old the newest line is."""
    return min(history.active_ages, default=None)


def active_days_share(history: History) -> float | None:
    """Return the share of recent days on which anything moved."""
    days = min(RECENT_DAYS, history.span_days)
    active = sum(age <= days for age in history.active_ages)
    return active / days if days else None


def sales_per_month(history: History) -> float | None:
    """Return the mean of monthly sales in major units."""
    months = history.sales_by_month
    return sum(months) / len(months) / MINOR_PER_MAJOR if months else None


def sales_median_month(history: History) -> float | None:
    """Return the middle month's sales in major units."""
    months = history.sales_by_month
    return statistics.median(months) / MINOR_PER_MAJOR if months else None


def sales_cover(history: History) -> float | None:
    """Return the mean of monthly sales in instalments."""
    months = history.sales_by_month
    return sum(months) / len(months) / history.instalment_minor if months else None


def sales_variation(history: History) -> float | None:
    """Return how much monthly sales swing around their mean."""
    months = history.sales_by_month
    if len(months) < _TREND_MONTHS or not sum(months):
        return None
    return spread(months) / (sum(months) / len(months))


def sales_trend(history: History) -> float | None:
    """Return how the last three months compare with the three before."""
    months = history.sales_by_month
    before = sum(months[_TREND_MONTHS : 2 * _TREND_MONTHS])
    if len(months) < 2 * _TREND_MONTHS or not before:
        return None
    return sum(months[:_TREND_MONTHS]) / before - 1


def sales_seasonality(history: History) -> float | None:
    """Return how far the best three months in a row stand above an even quarter."""
    months = history.sales_by_month
    if len(months) < _YEAR_MONTHS or not sum(months):
        return None
    round_the_year = months[:_YEAR_MONTHS] + months[: _TREND_MONTHS - 1]
    best = max(
        sum(round_the_year[start : start + _TREND_MONTHS])
        for start in range(_YEAR_MONTHS)
    )
    return best * _YEAR_MONTHS / _TREND_MONTHS / sum(months[:_YEAR_MONTHS])


def weakest_month(history: History) -> float | None:
    """Return the worst month's sales over the mean month's."""
    months = history.sales_by_month
    if len(months) < _TREND_MONTHS or not sum(months):
        return None
    return min(months) * len(months) / sum(months)


def longest_without_sales(history: History) -> float | None:
    """Return the longest run of recent days that passed without a sale."""
    if not history.sales:
        return None
    days = min(RECENT_DAYS, history.span_days)
    sold = sorted({item.age_days for item in history.sales if item.age_days <= days})
    edges = [0, *sold, days + 1]
    return max(after - before - 1 for before, after in itertools.pairwise(edges))


def spread(numbers: tuple[int, ...]) -> float:
    """Return the standard deviation of whole numbers, squared and summed exactly."""
    count = len(numbers)
    square = count * sum(number * number for number in numbers) - sum(numbers) ** 2
    return math.sqrt(square / (count * count))
