"""Step from a date by whole months, with a rule for days that do not exist."""

import calendar
from datetime import date, timedelta
from enum import StrEnum

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(8999, 12, 31)
_MONTHS = 12
_SHORTEST_MONTH_DAYS = 28


class MonthEnd(StrEnum):
    """Where a due day goes in a month that is too short for it."""

    CLAMP = "clamp"  # to the last day of that month
    ROLL = "roll"  # to the first day of the next month
    LAST = "last"  # as clamp, and the last day of a month always stays the last


def add_months(start: date, months: int, rule: MonthEnd = MonthEnd.CLAMP) -> date:
    """Return the same day ``months`` later (earlier when negative), by the rule."""
    year, month0 = divmod(start.year * _MONTHS + start.month - 1 + months, _MONTHS)
    if start.day < _SHORTEST_MONTH_DAYS:
        return date(year, month0 + 1, start.day)
    last = calendar.monthrange(year, month0 + 1)[1]
    if rule is MonthEnd.LAST and _is_month_end(start):
        return date(year, month0 + 1, last)
    if start.day <= last:
        return date(year, month0 + 1, start.day)
    if rule is MonthEnd.ROLL:
        return date(year, month0 + 1, last) + timedelta(days=1)
    return date(year, month0 + 1, last)


def calendar_months(start: date, end: date) -> int:
    """Return how many months ``end`` is after ``start``, whatever their days."""
    return (end.year - start.year) * _MONTHS + end.month - start.month


def months_between(start: date, end: date) -> int:
    """Return how many whole months can be stepped back from ``end`` to ``start``."""
    months = calendar_months(start, end)
    while add_months(end, -months) < start:
        months -= 1
    return months


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1
