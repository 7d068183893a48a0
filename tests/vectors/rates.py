"""Answer the cases about day counts, yearly costs and internal rates."""

import re
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from contracts import apr, daycount
from contracts.daycount import DayCount
from contracts.errors import NoRate
from tests.vectors import phrases

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
    rate = Fraction(inputs["annual_rate"])
    return [
        _decimal(rate * daycount.fraction(convention, start, end)).quantize(
            _SHOWN_DIGITS
        )
        for start, end in pairwise(days)
    ]


def answer_apr(case):
    """Find the yearly cost by the method the case names."""
    inputs = case.inputs
    if "amount_financed" in inputs:
        return {"apr_percent": _us(inputs)}
    if "drawdowns_and_payments" in inputs:
        flows = [
            apr.Flow(Fraction(part["t_years"]), Decimal(part["amount"]))
            for part in inputs["drawdowns_and_payments"]
        ]
        return _percent(apr.eu(flows))
    if "payments_dated" in inputs:
        return _percent(_dated(inputs))
    received = [flow for part in inputs["drawdowns"] for flow in _repeated(part, 1)]
    paid = [flow for part in inputs["payments"] for flow in _repeated(part, -1)]
    return _percent(apr.eu([*received, *paid]))


def _percent(rate):
    return {"aprc_percent": rate * 100, "aprc_percent_1dp": rate * 100}


def _repeated(part, sign):
    first = part.get("first_month", part.get("month", 0))
    extra = Fraction(part.get("plus_year_fraction", "0"))
    for index in range(part.get("count", 1)):
        month = first + index * part.get("every_months", 1)
        yield apr.Flow(Fraction(month, 12) + extra, sign * Decimal(part["amount"]))


def _dated(inputs):
    flows = [
        apr.DatedFlow(phrases.day(part["date"]), sign * Decimal(part["amount"]))
        for sign, parts in ((1, inputs["drawdowns"]), (-1, inputs["payments_dated"]))
        for part in parts
    ]
    if "actual days / 365" in inputs["method"]:
        return apr.xirr(flows).nearest
    return apr.eu(apr.eu_flows(flows, apr.Interval.MONTH))


def _us(inputs):
    first = inputs["first_period"]
    periods, part = first["full_unit_periods"], Fraction(first["fraction"])
    flows = [apr.UnitFlow(0, Fraction(0), Decimal(inputs["amount_financed"]))]
    for payment in inputs["payments"]:
        for _ in range(payment["count"]):
            flows.append(apr.UnitFlow(periods, part, -Decimal(payment["amount"])))
            periods += 1
    return apr.us_actuarial(flows, Fraction(inputs["unit_periods_per_year"])) * 100


def answer_xirr(case):
    """Find the internal rate of dated flows, or their present value."""
    inputs = case.inputs
    convention = phrases.convention(inputs["day_count"])
    flows = [
        apr.DatedFlow(phrases.day(flow["date"]), Decimal(flow["amount"]))
        for flow in inputs["flows"]
    ]
    if inputs.get("subkind") == "xnpv":
        return {"npv": apr.xnpv(Decimal(inputs["rate"]), flows, convention)}
    try:
        return {"rate": apr.xirr(flows, convention).nearest}
    except NoRate:
        return {"rate": None}


def _decimal(exact):
    return Decimal(exact.numerator) / exact.denominator
