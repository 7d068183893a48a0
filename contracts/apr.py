"""The true yearly cost: the EU's APRC, the US actuarial APR, and the investor's XIRR.

Sources: Directive 2008/48/EC Annex I and Directive 2014/17/EU Annex I with remark (c)
on intervals; Regulation Z (12 CFR 1026) Appendix J. Rates are fractions of one: 0.0643
is 6.43 %. When no rate or several rates solve the flows, that is said, never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import pyxirr

from contracts import daycount, schedule
from contracts.daycount import DayCount
from contracts.errors import NoRate, SeveralRates
from contracts.months import add_months, calendar_months, months_between
from contracts.roots import RATE_DIGITS, Flow, present_value, rates, sign_changes
from contracts.terms import Frequency, Terms, Unit
from ledger.errors import ensure

__all__ = [
    "DatedFlow",
    "Flow",
    "Interval",
    "Rates",
    "UnitFlow",
    "eu",
    "eu_flows",
    "flows_of",
    "interval_of",
    "of",
    "us_actuarial",
    "xirr",
    "xnpv",
    "years_between",
]

_MONTHS, _WEEKS, _WEEK_DAYS = 12, 52, 7
_USUAL_GUESS = Decimal("0.1")
_DIGITS, _GUESS_DIGITS = 34, 12
_MOST_STEPS = 200
_MOST_GROWTH = 50  # to guess by: e to its power is beyond every rate looked for
_LOWEST_PERIOD_RATE, _HIGHEST_PERIOD_RATE = Decimal("-0.5"), Decimal(1000)


class Interval(StrEnum):
    """The whole units in which the EU method measures time before counting days."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class DatedFlow(NamedTuple):
    """Money on a day; out and in have opposite signs."""

    on: date
    amount: Decimal


class UnitFlow(NamedTuple):
    """Money after whole unit periods and a fraction of one, for the US method."""

    periods: int
    fraction: Fraction
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """Every rate that solves the flows; ``nearest`` is the one nearest to 10 %."""

    all: tuple[Decimal, ...]
    nearest: Decimal

    @property
    def is_unique(self) -> bool:
        """Whether there is only one."""
        return len(self.all) == 1


def eu(flows: Sequence[Flow]) -> Decimal:
    """Return the annual percentage rate of charge of flows timed in years."""
    return _only(rates(flows, _first_guess(flows)))


def of(terms: Terms) -> Decimal:
    """Return the APRC of terms kept as agreed, with every fee they name."""
    dated = flows_of(terms, schedule.build(terms))
    return eu(eu_flows(dated, interval_of(terms.frequency)))


def flows_of(terms: Terms, plan: schedule.Schedule) -> list[DatedFlow]:
    """Return the borrower's flows: money received is positive, paid negative."""
    flows = [
        DatedFlow(tranche.on, tranche.amount.major())
        for tranche in schedule.arrivals_of(terms)
    ]
    if terms.fees.upfront:
        flows.append(DatedFlow(terms.disbursed_on, -terms.fees.upfront.major()))
    scale = -terms.currency.exponent
    flows += [
        DatedFlow(row.due_on, Decimal(-row.payment_minor).scaleb(scale))
        for row in plan.rows
    ]
    return flows


def interval_of(frequency: Frequency) -> Interval:
    """Return the interval in which payments of a frequency are measured."""
    if frequency.unit is Unit.WEEK:
        return Interval.WEEK
    yearly = frequency.unit is Unit.MONTH and frequency.every % _MONTHS == 0
    return Interval.YEAR if yearly else Interval.MONTH


def eu_flows(flows: Sequence[DatedFlow], interval: Interval) -> list[Flow]:
    """Time dated flows from the first of them, by the EU's rule."""
    start = min(flow.on for flow in flows)
    return [
        Flow(years_between(start, flow.on, interval), flow.amount) for flow in flows
    ]


def years_between(start: date, end: date, interval: Interval) -> Fraction:
    """Measure time: whole intervals back from the end, then days over their own year.

    The year of the days is the complete one that ends where the days end, so it has
    366 of them when it holds a 29 February.
    """
    if interval is Interval.WEEK:
        whole, rest = divmod((end - start).days, _WEEK_DAYS)
        years, days_end = Fraction(whole, _WEEKS), start + timedelta(days=rest)
    else:
        if start.day == end.day and interval is Interval.MONTH:
            return Fraction(calendar_months(start, end), _MONTHS)
        months = _whole_months(start, end)
        months -= months % _MONTHS if interval is Interval.YEAR else 0
        years, days_end = (
            Fraction(months, _MONTHS),
            max(start, add_months(end, -months)),
        )
    if days_end == start:
        return years
    year_days = (days_end - add_months(days_end, -_MONTHS)).days
    return years + Fraction((days_end - start).days, year_days)


def _whole_months(start: date, end: date) -> int:
    """Count whole months back from the end; month end to month end is whole too."""
    months = months_between(start, end)
    return months + (add_months(start, months + 1) == end)


def xirr(flows: Sequence[DatedFlow], convention: DayCount = DayCount.ACT_365F) -> Rates:
    """Return every internal rate of dated flows; raise ``NoRate`` when there is none."""
    ordered = sorted(flows, key=lambda flow: flow.on)
    timed = _timed(ordered, convention)
    start = None
    if sign_changes([flow.amount for flow in ordered]) == 1:
        start = _fast_guess(ordered)
    found = rates(timed, start)
    if not found:
        raise NoRate
    return Rates(found, min(found, key=lambda rate: abs(rate - _USUAL_GUESS)))


def xnpv(
    rate: Decimal,
    flows: Sequence[DatedFlow],
    convention: DayCount = DayCount.ACT_365F,
) -> Decimal:
    """Return the present value of dated flows at the day of the first."""
    ordered = sorted(flows, key=lambda flow: flow.on)
    timed = _timed(ordered, convention)
    skipped = min((flow.years for flow in timed if flow.amount), default=Fraction(0))
    value = present_value(timed, rate)
    with localcontext(prec=_DIGITS):
        years = Decimal(skipped.numerator) / skipped.denominator
        return value * (-(1 + rate).ln() * years).exp()


def us_actuarial(flows: Sequence[UnitFlow], periods_per_year: Fraction) -> Decimal:
    """Return the APR of Appendix J: the unit-period rate times periods in a year.

    An amount is worth ``amount / ((1 + fraction * i) * (1 + i) ** periods)``.
    """
    ordered = sorted(flows, key=lambda flow: flow.periods + flow.fraction)
    if sign_changes([flow.amount for flow in ordered]) != 1:
        raise NoRate
    with localcontext(prec=_DIGITS):
        rate = _unit_rate(ordered)
        scaled = rate * periods_per_year.numerator / periods_per_year.denominator
        return scaled.quantize(RATE_DIGITS)


def _only(found: tuple[Decimal, ...]) -> Decimal:
    if not found:
        raise NoRate
    if len(found) > 1:
        listed = ", ".join(f"{rate.normalize():f}" for rate in found)
        raise SeveralRates(count=len(found), rates=listed)
    return found[0]


def _first_guess(flows: Sequence[Flow]) -> Decimal | None:
    """Guess from what is paid over what is lent and how late it is paid on average."""
    lent = sum((flow.amount for flow in flows if flow.amount > 0), Decimal(0))
    paid = -sum((flow.amount for flow in flows if flow.amount < 0), Decimal(0))
    if not lent or not paid:
        return None
    with localcontext(prec=_GUESS_DIGITS):
        weighed = sum(
            (amount * years.numerator / years.denominator for years, amount in flows),
            Decimal(0),
        )
        if not weighed:
            return None
        growth = (paid / lent).ln() * paid / abs(weighed)
        return growth.exp() - 1 if abs(growth) < _MOST_GROWTH else None


def _timed(ordered: Sequence[DatedFlow], convention: DayCount) -> list[Flow]:
    start = ordered[0].on
    return [
        Flow(daycount.fraction(convention, start, flow.on), flow.amount)
        for flow in ordered
    ]


def _fast_guess(ordered: Sequence[DatedFlow]) -> Decimal | None:
    found = pyxirr.xirr(
        [flow.on for flow in ordered],
        [flow.amount for flow in ordered],
        silent=True,
    )
    guess = Decimal("NaN") if found is None else Decimal(str(found))
    return guess if guess.is_finite() else None


def _unit_rate(flows: Sequence[UnitFlow]) -> Decimal:
    left, right = _LOWEST_PERIOD_RATE, _HIGHEST_PERIOD_RATE
    rising = _unit_value(flows, right)[0] > 0
    if rising == (_unit_value(flows, left)[0] > 0):
        raise NoRate
    point = Decimal(0)
    for _ in range(_MOST_STEPS):
        value, slope = _unit_value(flows, point)
        if (value > 0) == rising:
            right = point
        else:
            left = point
        following = point - value / slope if slope else (left + right) / 2
        if not left <= following <= right:
            following = (left + right) / 2
        if abs(following - point) < RATE_DIGITS * RATE_DIGITS:
            break
        point = following
    below = _unit_value(flows, point - RATE_DIGITS)[0]
    above = _unit_value(flows, point + RATE_DIGITS)[0]
    ensure((below > 0) != (above > 0), "a rate makes its flows worth nothing")
    return point


def _unit_value(flows: Sequence[UnitFlow], rate: Decimal) -> tuple[Decimal, Decimal]:
    value = slope = Decimal(0)
    for flow in flows:
        part = Decimal(flow.fraction.numerator) / flow.fraction.denominator
        worth = flow.amount / ((1 + part * rate) * (1 + rate) ** flow.periods)
        value += worth
        slope -= worth * (part / (1 + part * rate) + flow.periods / (1 + rate))
    return value, slope
