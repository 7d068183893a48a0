"""Count the part of a year between two dates, by each market's convention, exactly.

Sources: ISDA 2006 Definitions 4.16 (30/360, 30E/360, 30E/360 ISDA, Act/360,
Act/365F, Act/Act ISDA); ICMA rule 251 (Act/Act ICMA); the AFB master agreement of
1994 (Act/Act AFB); SIFMA's end-of-February rule (30/360 US); ISO 20022 (30/365).
"""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from contracts.errors import InputInvalid
from contracts.months import add_months

_MONTHS = 12
_LIMIT_NOTIONAL_PERIODS = 12_000


class DayCount(StrEnum):
    """The day-count conventions a contract may name."""

    THIRTY_360_BOND = "30/360"
    THIRTY_E_360 = "30E/360"
    THIRTY_E_360_ISDA = "30E/360 ISDA"
    THIRTY_360_US = "30/360 US"
    THIRTY_365 = "30/365"
    ACT_360 = "Act/360"
    ACT_364 = "Act/364"
    ACT_365F = "Act/365F"
    ACT_365_25 = "Act/365.25"
    ACT_366 = "Act/366"
    ACT_ACT_ISDA = "Act/Act ISDA"
    ACT_ACT_ICMA = "Act/Act ICMA"
    ACT_ACT_AFB = "Act/Act AFB"


class Reference(NamedTuple):
    """A regular period: what ICMA measures days against.

    ``per_year`` is how many such periods make a year: 12 for months, 52 for weeks.
    """

    start: date
    end: date
    per_year: Fraction


class PlanDates(NamedTuple):
    """What some conventions need to know of the plan the dates belong to.

    Act/Act ICMA needs a ``reference`` period, 30E/360 ISDA the contract's last day.
    """

    reference: Reference | None = None
    termination: date | None = None


_NO_PLAN = PlanDates()
Count = Callable[[date, date, Reference | None, date | None], tuple[int, int]]


def fraction(
    convention: DayCount, start: date, end: date, plan: PlanDates = _NO_PLAN
) -> Fraction:
    """Return the exact part of a year from ``start`` to ``end``; negative backwards."""
    count = counter(convention)
    if end < start:
        return -Fraction(*count(end, start, *plan))
    return Fraction(*count(start, end, *plan))


def counter(convention: DayCount) -> Count:
    """Return how a convention counts from a date to a later one, for whole plans.

    The part of a year comes as two whole numbers, not always in lowest terms: schedules
    count in these, for a fraction would be reduced after every step.
    """
    return _COUNTS[convention]


def thirty_days(
    convention: DayCount, start: date, end: date, termination: date | None = None
) -> int:
    """Count days as if every month had thirty."""
    first, last = _THIRTY_RULES[convention](start, end, termination)
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    return 30 * months + last - first


def days(
    convention: DayCount, start: date, end: date, termination: date | None = None
) -> int:
    """Return the days a convention counts: of thirty-day months, or real ones."""
    if convention in _THIRTY_RULES:
        return thirty_days(convention, start, end, termination)
    return (end - start).days


def reference_between(start: date, end: date) -> Reference:
    """Take two coupon dates as a reference period and infer its periods a year."""
    months = round(Fraction((end - start).days * _MONTHS, 365))
    if months < 1:
        raise InputInvalid(field="ref_end", reason="must be a month or more later")
    return Reference(start, end, Fraction(_MONTHS, months))


def _bond(start: date, end: date, _: date | None) -> tuple[int, int]:
    first = min(start.day, 30)
    return first, 30 if end.day == 31 and first == 30 else end.day  # noqa: PLR2004 - 31st, 30th


def _eurobond(start: date, end: date, _: date | None) -> tuple[int, int]:
    return min(start.day, 30), min(end.day, 30)


def _eurobond_isda(start: date, end: date, termination: date | None) -> tuple[int, int]:
    first = 30 if _ends_february(start) else min(start.day, 30)
    stays = end == termination or not _ends_february(end)
    return first, min(end.day, 30) if stays else 30


def _us(start: date, end: date, _: date | None) -> tuple[int, int]:
    first, last = start.day, end.day
    if _ends_february(start):
        last = 30 if _ends_february(end) else last
        first = 30
    if last == 31 and first >= 30:  # noqa: PLR2004 - 31st, 30th
        last = 30
    return min(first, 30), last


_THIRTY_RULES: dict[DayCount, Callable[[date, date, date | None], tuple[int, int]]] = {
    DayCount.THIRTY_360_BOND: _bond,
    DayCount.THIRTY_E_360: _eurobond,
    DayCount.THIRTY_E_360_ISDA: _eurobond_isda,
    DayCount.THIRTY_360_US: _us,
    DayCount.THIRTY_365: _eurobond,
}


def _ends_february(day: date) -> bool:
    return day.month == 2 and (day + timedelta(days=1)).day == 1  # noqa: PLR2004 - February


def _year_days(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _act_act_isda(
    start: date, end: date, _: Reference | None, __: date | None
) -> tuple[int, int]:
    if start.year == end.year:
        return (end - start).days, _year_days(start.year)
    head = Fraction((date(start.year + 1, 1, 1) - start).days, _year_days(start.year))
    tail = Fraction((end - date(end.year, 1, 1)).days, _year_days(end.year))
    return (head + (end.year - start.year - 1) + tail).as_integer_ratio()


def _act_act_icma(
    start: date, end: date, reference: Reference | None, _: date | None
) -> tuple[int, int]:
    if reference is None:
        raise InputInvalid(field="reference", reason="is needed by Act/Act ICMA")
    per_year, of_years = reference.per_year.as_integer_ratio()
    if start == reference.start and end == reference.end:
        return of_years, per_year
    if reference.start <= start and end <= reference.end:
        days = (reference.end - reference.start).days
        return (end - start).days * of_years, days * per_year
    months = _MONTHS / reference.per_year
    periods = Fraction(0)
    for index in _indexes_covering(start, end, reference):
        try:
            left = _notional(reference, months, index)
            right = _notional(reference, months, index + 1)
        except (ValueError, OverflowError):
            reason = "leads out of the calendar"
            raise InputInvalid(field="reference", reason=reason) from None
        overlap = (min(end, right) - max(start, left)).days
        if overlap > 0:
            periods += Fraction(overlap, (right - left).days)
    return (periods / reference.per_year).as_integer_ratio()


def _indexes_covering(start: date, end: date, reference: Reference) -> range:
    length = (reference.end - reference.start).days
    before = max(0, -(-(reference.start - start).days // length)) + 1
    after = max(0, (end - reference.end).days // length + 1) + 1
    if before + after > _LIMIT_NOTIONAL_PERIODS:
        raise InputInvalid(field="reference", reason="is too short for these dates")
    return range(-before, after + 1)


def _notional(reference: Reference, months: Fraction, index: int) -> date:
    """Return the start of the regular period ``index`` away from the reference."""
    if index == 0:
        return reference.start
    if index == 1:
        return reference.end
    if months.denominator != 1:
        length = reference.end - reference.start
        return reference.start + index * length
    if index > 1:
        return add_months(reference.end, int(months) * (index - 1))
    return add_months(reference.start, int(months) * index)


def _act_act_afb(
    start: date, end: date, _: Reference | None, __: date | None
) -> tuple[int, int]:
    years, rest_end = 0, end
    while rest_end > start and rest_end.year > date.min.year:
        earlier = add_months(rest_end, -_MONTHS)
        if _ends_february(rest_end) and calendar.isleap(earlier.year):
            earlier = date(earlier.year, 2, 29)
        if earlier < start:
            break
        years, rest_end = years + 1, earlier
    year_days = 366 if _holds_leap_day(start, rest_end) else 365
    return years * year_days + (rest_end - start).days, year_days


def _holds_leap_day(start: date, end: date) -> bool:
    """Tell whether 29 February lies from ``start`` on and before ``end``."""
    return any(
        calendar.isleap(year) and start <= date(year, 2, 29) < end
        for year in range(start.year, end.year + 1)
    )


def _actual(year: Fraction) -> Count:
    """Count real days over a year of a fixed length."""
    top, bottom = year.as_integer_ratio()

    def count(
        start: date, end: date, _: Reference | None, __: date | None
    ) -> tuple[int, int]:
        return (end - start).days * bottom, top

    return count


def _thirty(convention: DayCount, year_days: int) -> Count:
    """Count thirty-day months over a year of a fixed length."""

    def count(
        start: date, end: date, _: Reference | None, termination: date | None
    ) -> tuple[int, int]:
        return thirty_days(convention, start, end, termination), year_days

    return count


_COUNTS: dict[DayCount, Count] = {
    DayCount.THIRTY_360_BOND: _thirty(DayCount.THIRTY_360_BOND, 360),
    DayCount.THIRTY_E_360: _thirty(DayCount.THIRTY_E_360, 360),
    DayCount.THIRTY_E_360_ISDA: _thirty(DayCount.THIRTY_E_360_ISDA, 360),
    DayCount.THIRTY_360_US: _thirty(DayCount.THIRTY_360_US, 360),
    DayCount.THIRTY_365: _thirty(DayCount.THIRTY_365, 365),
    DayCount.ACT_360: _actual(Fraction(360)),
    DayCount.ACT_364: _actual(Fraction(364)),
    DayCount.ACT_365F: _actual(Fraction(365)),
    DayCount.ACT_365_25: _actual(Fraction(1461, 4)),
    DayCount.ACT_366: _actual(Fraction(366)),
    DayCount.ACT_ACT_ISDA: _act_act_isda,
    DayCount.ACT_ACT_ICMA: _act_act_icma,
    DayCount.ACT_ACT_AFB: _act_act_afb,
}
