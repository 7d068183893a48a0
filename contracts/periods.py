"""Cut an agreement into its interest periods and say how much interest each bears."""

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from contracts import daycount, duedates
from contracts.clauses import HolidayRule
from contracts.errors import TermsInvalid
from contracts.terms import Terms
from ledger.money import Rounding, round_ratio


class Period(NamedTuple):
    """One interest period; money falls due on ``due_on``, moved by the holiday rule."""

    number: int
    starts_on: date
    ends_on: date
    due_on: date
    reference: daycount.Reference
    termination: date
    is_last: bool


def layout(terms: Terms, count: int | None = None) -> list[Period]:
    """Lay out the first ``count`` periods of the terms, all of them by default."""
    total = terms.instalments if count is None else count
    regular = _regular_days(terms, total)
    real = list(regular)
    real[0] = terms.disbursed_on
    for shift in terms.shifts:
        real[shift.number] = shift.to
    if any(right <= left for left, right in pairwise(real)):
        raise TermsInvalid(field="shifts", reason="must keep the dates in order")
    due = real
    if terms.holidays.rule is not HolidayRule.NONE:
        due = [duedates.payable_on(day, terms.holidays) for day in real]
    per_year, last_day = terms.frequency.per_year, real[min(terms.instalments, total)]
    return [
        Period(
            number,
            real[number - 1],
            real[number],
            due[number],
            daycount.Reference(regular[number - 1], regular[number], per_year),
            last_day,
            number == terms.instalments,
        )
        for number in range(1, total + 1)
    ]


def _regular_days(terms: Terms, total: int) -> list[date]:
    if terms.due_dates:
        return [terms.disbursed_on, *terms.due_dates[:total]]
    grid = duedates.grid(
        terms.disbursed_on, terms.first_due_on, terms.frequency, terms.month_end
    )
    return [grid.at(index) for index in range(total + 1)]


def growth(terms: Terms, period: Period, start: date, end: date) -> Fraction:
    """Return the interest on one unit from ``start`` to ``end`` inside a period."""
    return Fraction(*growth_ratio(terms, period, start, end))


def growth_ratio(
    terms: Terms, period: Period, start: date, end: date
) -> tuple[int, int]:
    """Return the same as two whole numbers, not always in lowest terms."""
    if end <= start:
        return 0, 1
    if not terms.rate_steps:
        rate, (top, bottom) = terms.rate, _years(terms, period, start, end)
        return rate.numerator * top, rate.denominator * bottom
    return _stepped_growth(terms, period, start, end).as_integer_ratio()


def _stepped_growth(terms: Terms, period: Period, start: date, end: date) -> Fraction:
    inside = [
        step.starts_on for step in terms.rate_steps if start < step.starts_on < end
    ]
    cuts = [start, *inside, end]
    return sum(
        (
            terms.rate_on(left) * Fraction(*_years(terms, period, left, right))
            for left, right in pairwise(cuts)
        ),
        Fraction(0),
    )


def _years(terms: Terms, period: Period, start: date, end: date) -> tuple[int, int]:
    count = daycount.counter(terms.day_count)
    return count(start, end, period.reference, period.termination)


def round_to_step(value: Fraction | int, rounding: Rounding, step: int) -> int:
    """Round exact minor units to a multiple of a step."""
    return ratio_to_step(value.numerator, value.denominator, rounding, step)


def ratio_to_step(top: int, bottom: int, rounding: Rounding, step: int) -> int:
    """Round a ratio of minor units, in whatever terms, to a multiple of a step."""
    return round_ratio(top, bottom * step, rounding) * step
