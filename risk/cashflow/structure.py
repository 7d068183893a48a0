"""Measures of whom a firm hangs on, and of what its records do not say."""

from collections import Counter

from risk.cashflow.categories import Category
from risk.cashflow.history import History, by_party

_TOP = 5


def largest_customer_share(history: History) -> float | None:
    """Return how much of the sales hang on one customer."""
    return _top_share(history.customers, 1)


def top_five_customers_share(history: History) -> float | None:
    """Return how much of the sales hang on five customers."""
    return _top_share(history.customers, _TOP)


def customer_concentration(history: History) -> float | None:
    """Return the Herfindahl index of customers: 1 is one, 0.1 is ten alike."""
    parts = history.customers.values()
    total = sum(parts)
    return sum(part * part for part in parts) / (total * total) if total else None


def largest_supplier_share(history: History) -> float | None:
    """Return how much of the purchases go to one supplier."""
    return _top_share(by_party(history.by_category[Category.SUPPLIERS]), 1)


def cash_share(history: History) -> float | None:
    """Return how much of the turnover is cash, whose use nobody sees."""
    return _share_of_turnover(history, Category.CASH)


def unclassified_share(history: History) -> float | None:
    """Return how much of the turnover no rule knows."""
    return _share_of_turnover(history, Category.UNCLASSIFIED)


def owner_money_share(history: History) -> float | None:
    """Return owners' money over sales and owners' money: who really pays the bills."""
    given = sum(
        item.amount_minor
        for item in history.by_category[Category.OWNER_MONEY]
        if item.amount_minor > 0
    )
    total = history.sales_total + given
    return given / total if total else None


def _top_share(sums: Counter[str], count: int) -> float | None:
    total = sum(sums.values())
    if not total:
        return None
    return sum(part for _, part in sums.most_common(count)) / total


def _share_of_turnover(history: History, category: Category) -> float | None:
    if not history.turnover:
        return None
    part = sum(abs(item.amount_minor) for item in history.by_category[category])
    return part / history.turnover
