"""Measures of what customers owe: how long they take, how much is late, from whom."""

from collections import Counter

from risk.cashflow.history import WINDOW_DAYS, History
from risk.cashflow.invoices import Invoice

_OVERDUE_LONG_DAYS = 90


def receivable_days(history: History) -> float | None:
    """Return days of sales outstanding: what is owed over what is billed a day."""
    billed = [item for item in _bills(history) if _age(history, item) <= WINDOW_DAYS]
    if not billed:
        return None
    days = max(_age(history, item) for item in billed)
    total = sum(item.amount_minor for item in billed)
    return sum(item.amount_minor for item in _open(history)) * days / total


def receivables_overdue_share(history: History) -> float | None:
    """Return how much of what is owed is past its day."""
    return _owed_share(history, over_days=0)


def receivables_over_90_share(history: History) -> float | None:
    """Return how much of what is owed is more than 90 days late."""
    return _owed_share(history, over_days=_OVERDUE_LONG_DAYS)


def late_payment_share(history: History) -> float | None:
    """Return how much of what was paid came after its day."""
    paid = [item for item in _bills(history) if item.paid_on is not None]
    total = sum(item.amount_minor for item in paid)
    late = sum(item.amount_minor for item in paid if _days_late(history, item) > 0)
    return late / total if total else None


def days_late_on_average(history: History) -> float | None:
    """Return how many days past its day a unit of money comes; early is none."""
    paid = [item for item in _bills(history) if item.paid_on is not None]
    total = sum(item.amount_minor for item in paid)
    if not total:
        return None
    weighed = sum(
        item.amount_minor * max(_days_late(history, item), 0) for item in paid
    )
    return weighed / total


def largest_debtor_share(history: History) -> float | None:
    """Return how much of what is owed hangs on one customer."""
    owed: Counter[str] = Counter()
    for item in _open(history):
        owed[item.debtor] += item.amount_minor
    total = sum(owed.values())
    return max(owed.values()) / total if total else None


def dilution_share(history: History) -> float | None:
    """Return how much of what was billed was taken back by credit notes."""
    billed = sum(item.amount_minor for item in _bills(history))
    taken = -sum(
        item.amount_minor for item in history.invoices if item.amount_minor < 0
    )
    return taken / billed if billed else None


def _owed_share(history: History, *, over_days: int) -> float | None:
    owed = _open(history)
    total = sum(item.amount_minor for item in owed)
    late = sum(
        item.amount_minor for item in owed if _days_late(history, item) > over_days
    )
    return late / total if total else None


def _bills(history: History) -> list[Invoice]:
    return [item for item in history.invoices if item.amount_minor > 0]


def _open(history: History) -> list[Invoice]:
    return [item for item in _bills(history) if item.paid_on is None]


def _days_late(history: History, item: Invoice) -> int:
    """Return the days past the due date, up to payment or to the day of judgement."""
    return ((item.paid_on or history.as_of) - item.due_on).days


def _age(history: History, item: Invoice) -> int:
    return (history.as_of - item.issued_on).days
