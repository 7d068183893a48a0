"""Lay out the dates of an agreement: regular periods and the days money is due."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from contracts.clauses import Frequency, HolidayRule, Holidays, Unit
from contracts.errors import TermsInvalid
from contracts.months import MonthEnd, add_months

_LIMIT_HOLIDAYS_IN_A_ROW = 60
_UNIT_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}


class Grid(NamedTuple):
    """The regular dates of a plan: date 0 opens it, date 1 is the first due date."""

    anchor: date
    first: int
    frequency: Frequency
    month_end: MonthEnd

    def at(self, index: int) -> date:
        """Return the regular date of a number; every one is counted from the anchor."""
        units = (index - self.first) * self.frequency.every
        if self.frequency.unit is Unit.MONTH:
            return add_months(self.anchor, units, self.month_end)
        return self.anchor + timedelta(days=units * _UNIT_DAYS[self.frequency.unit])


def grid(
    opens_on: date, first_due_on: date, frequency: Frequency, month_end: MonthEnd
) -> Grid:
    """Find the grid of a plan.

    The due day is that of the disbursement when the first date is one period after
    it (31 January, 28 February, 31 March), else that of the first due date.
    """
    from_opening = Grid(opens_on, 0, frequency, month_end)
    if from_opening.at(1) == first_due_on:
        return from_opening
    return Grid(first_due_on, 1, frequency, month_end)


def payable_on(day: date, holidays: Holidays) -> date:
    """Return the day a payment due on ``day`` is really due, by the holiday rule."""
    if holidays.rule is HolidayRule.NONE:
        return day
    forward = next(_open_days(day, 1, holidays))
    if holidays.rule is HolidayRule.FOLLOWING:
        return forward
    if holidays.rule is HolidayRule.MODIFIED_FOLLOWING and forward.month == day.month:
        return forward
    return next(_open_days(day, -1, holidays))


def _open_days(day: date, direction: int, holidays: Holidays) -> Iterator[date]:
    for offset in count():
        if offset > _LIMIT_HOLIDAYS_IN_A_ROW:
            raise TermsInvalid(
                field="holidays", reason="must leave banks open at times"
            )
        candidate = day + timedelta(days=offset * direction)
        closed = candidate.weekday() in holidays.weekend or candidate in holidays.days
        if not closed:
            yield candidate
