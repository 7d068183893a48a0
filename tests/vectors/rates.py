"""Answer the cases about day counts, yearly costs and internal rates."""

import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from contracts import apr, daycount
from contracts.daycount import DayCount
from contracts.errors import NoRate
from tests.vectors import phrases
from tests.vectors.case import number, whole

_THIRTY_DAYS = {
    DayCount.THIRTY_360_BOND: 360,
    DayCount.THIRTY_E_360: 360,
    DayCount.THIRTY_E_360_ISDA: 360,
    DayCount.THIRTY_360_US: 360,
    DayCount.THIRTY_365: 365,
    DayCount.ACT_360: 360,
    DayCount.ACT_364: 364,
    DayCount.ACT_365F: 365,
    DayCount.ACT_366: 366,
}
_SHOWN_DIGITS = Decimal("1e-12")
_MOST_FLOWS = 20_000


def answer_daycount(case):
    """Count the part of a year, or the rate factors of several periods."""
    inputs = case.inputs
    if inputs.get("subkind") == "period rate factor":
        return {"rate_factors": _rate_factors(inputs)}
    convention = phrases.convention(inputs["convention"])
    start, end = phrases.day(inputs["start"]), phrases.day(inputs["end"])
    reference = None
    if "ref_start" in inputs:
        reference = daycount.reference_between(
            phrases.day(inputs["ref_start"]), phrases.day(inputs["ref_end"])
        )
    last = phrases.day(inputs["termination"]) if "termination" in inputs else None
    plan = daycount.PlanDates(reference, last)
    exact = daycount.fraction(convention, start, end, plan)
    return {
        "year_fraction": _decimal(exact),
        "days": daycount.days(convention, start, end, last),
        "year_fraction_denominator": _THIRTY_DAYS.get(convention, 0),
    }


def _rate_factors(inputs):
    days = [phrases.day(text) for text in inputs["periods"]]
    in_year = re.match(r"\d+|actual", inputs["days_in_year"]).group()
    in_month = "Act" if inputs["days_in_month"] == "actual" else "30"
    name = "Act/Act ISDA" if in_year == "actual" else f"{in_month}/{in_year}"
    convention = phrases.convention(name)
    rate = Fraction(number(inputs["annual_rate"]))
    return [
        _decimal(rate * daycount.fraction(convention, start, end)).quantize(
            _SHOWN_DIGITS
        )
        for start, end in pairwise(days)
    ]


def answer_apr(case):
    """Find the yearly cost by the method the case names; none where no rate solves it."""
    try:
        percent = _yearly_cost(case.inputs) * 100
    except NoRate:
        percent = None
    names = ("apr_percent", "aprc_percent", "apr_percent_1dp", "aprc_percent_1dp")
    return dict.fromkeys(names, percent)


def _yearly_cost(inputs):
    if "amount_financed" in inputs:
        return _us(inputs)
    if "drawdowns_and_payments" in inputs:
        flows = [
            apr.Flow(_part(part["t_years"]), number(part["amount"]))
            for part in inputs["drawdowns_and_payments"]
        ]
        return apr.eu(flows)
    if "payments_dated" in inputs:
        return _dated(inputs)
    received = [flow for part in inputs["drawdowns"] for flow in _repeated(part, 1)]
    paid = [flow for part in inputs["payments"] for flow in _repeated(part, -1)]
    return apr.eu([*received, *paid])


def _part(given):
    """Read "19/30", or a decimal."""
    top, _, bottom = str(given).partition("/")
    return Fraction(number(top)) / Fraction(number(bottom or 1))


def _repeated(part, sign):
    """Spread a payment over its months, or its weeks of 52 in a year."""
    weeks = any(key.endswith(("week", "weeks")) for key in part)
    unit, per_year = ("week", 52) if weeks else ("month", 12)
    first = _part(part.get(f"first_{unit}", part.get(unit, 0)))
    step, extra = part.get(f"every_{unit}s", 1), part.get("plus_year_fraction", 0)
    for index in range(whole(part.get("count", 1), most=_MOST_FLOWS)):
        units = first + index * _part(step)
        yield apr.Flow(units / per_year + _part(extra), sign * number(part["amount"]))


def _dated(inputs):
    flows = [
        apr.DatedFlow(phrases.day(part["date"]), sign * number(part["amount"]))
        for sign, parts in ((1, inputs["drawdowns"]), (-1, inputs["payments_dated"]))
        for part in parts
    ]
    if re.search(r"days */ *365", inputs["method"]):
        return apr.xirr(flows).nearest
    return apr.eu(apr.eu_flows(flows, _interval([flow.on for flow in flows])))


def _interval(days):
    """Find the interval of remark (c): months, unless every gap is of whole weeks."""
    first = min(days)
    gaps = [(day - first).days for day in days]
    monthly = all(day.day == first.day for day in days)
    weekly = not monthly and all(gap % 7 == 0 for gap in gaps)
    return apr.Interval.WEEK if weekly else apr.Interval.MONTH


def _us(inputs):
    first = inputs["first_period"]
    periods = whole(first["full_unit_periods"], most=_MOST_FLOWS)
    part = _part(first["fraction"])
    flows = [apr.UnitFlow(0, Fraction(0), number(inputs["amount_financed"]))]
    for payment in inputs["payments"]:
        for _ in range(whole(payment["count"], most=_MOST_FLOWS)):
            flows.append(apr.UnitFlow(periods, part, -number(payment["amount"])))
            periods += 1
    return apr.us_actuarial(flows, _part(inputs["unit_periods_per_year"]))


def answer_xirr(case):
    """Find the internal rate of dated flows, or their present value."""
    inputs = case.inputs
    convention = phrases.convention(inputs.get("day_count", "Act/365F"))
    flows = [
        apr.DatedFlow(phrases.day(flow["date"]), number(flow["amount"]))
        for flow in inputs["flows"]
    ]
    if inputs.get("subkind") == "xnpv":
        return {"npv": apr.xnpv(number(inputs["rate"]), flows, convention)}
    try:
        found = apr.xirr(flows, convention)
    except NoRate:
        return {"rate": None, "rates": []}
    return {"rate": found.nearest, "rates": found.all}


def _decimal(exact):
    return Decimal(exact.numerator) / exact.denominator
