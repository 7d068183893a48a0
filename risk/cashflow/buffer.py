"""Measures of what is left: balances against the instalment, days of cash, lows."""

from collections.abc import Callable

from risk.cashflow.categories import Category
from risk.cashflow.history import History
from risk.cashflow.inflow import RECENT_DAYS, spread

_BALANCE_DAYS = 180


def floor_cover(history: History) -> float | None:
    """Return the lowest recent balance in instalments."""
    balances = history.balances(RECENT_DAYS)
    return min(balances) / history.instalment_minor if balances else None


def year_floor_cover(history: History) -> float | None:
    """Return the lowest balance of the year in instalments."""
    balances = history.balances()
    return min(balances) / history.instalment_minor if balances else None


def mean_balance_cover(history: History) -> float | None:
    """Return the mean recent balance in instalments."""
    balances = history.balances(RECENT_DAYS)
    if not balances:
        return None
    return sum(balances) / len(balances) / history.instalment_minor


def balance_trend(history: History) -> float | None:
    """Return how the mean balance moved between two quarters, in instalments."""
    balances = history.balances(2 * RECENT_DAYS)
    if len(balances) < 2 * RECENT_DAYS:
        return None
    moved = sum(balances[:RECENT_DAYS]) - sum(balances[RECENT_DAYS:])
    return moved / RECENT_DAYS / history.instalment_minor


def balance_variation(history: History) -> float | None:
    """Return how much the balance swings around its mean."""
    balances = history.balances(_BALANCE_DAYS)
    if len(balances) < RECENT_DAYS or sum(balances) <= 0:
        return None
    return spread(balances) / (sum(balances) / len(balances))


def days_of_cash(history: History) -> float | None:
    """Return how long the usual balance would pay for the usual spending."""
    balances = history.balances(RECENT_DAYS)
    purposes = set(Category) - {Category.OWN_TRANSFER}
    spent = history.spent(*purposes, days=RECENT_DAYS)
    if not balances or not spent:
        return None
    return (sum(balances) / len(balances)) / (spent / len(balances))


def low_balance_share(history: History) -> float | None:
    """Return the share of recent days that end with less than an instalment."""
    return _share_of_days(history, lambda balance: balance < history.instalment_minor)


def negative_days_share(history: History) -> float | None:
    """Return the share of recent days that end below zero."""
    return _share_of_days(history, lambda balance: balance < 0)


def returned_items(history: History) -> float | None:
    """Count the payments that came back."""
    if not history.movements:
        return None
    return len(history.by_category[Category.RETURNED])


def _share_of_days(history: History, holds: Callable[[int], bool]) -> float | None:
    balances = history.balances(_BALANCE_DAYS)
    if not balances:
        return None
    return sum(map(holds, balances)) / len(balances)
