"""Make terms of a published case's inputs."""

import re
from datetime import date
from decimal import Decimal, localcontext

from contracts import terms
from contracts.months import add_months
from ledger.money import Money
from tests.vectors import phrases
from tests.vectors.case import Unsupported, number, whole

_ANY_DAY = date(2024, 1, 1)
_MOST_DECIMALS = 9
_DIGITS = 50


def terms_of(inputs, **clauses):
    """Return the terms the inputs describe; ``clauses`` add or replace some."""
    due_dates = _due_dates(inputs)
    disbursed_on = _disbursed_on(inputs)
    opens_on = phrases.day(inputs["start"]) if "start" in inputs else disbursed_on
    basis = inputs.get("interest_basis", "30/360 per month")
    day_count, unit = phrases.interest_basis(basis)
    found = None
    if not _counts_periods(inputs) or opens_on != disbursed_on:
        found = phrases.frequency(opens_on, disbursed_on, due_dates, unit)
    frequency = found[0] if found else terms.MONTHLY
    agreed = {
        "principal": _principal(inputs),
        "rate_bps": rate_bps(inputs, frequency.per_year),
        "method": phrases.method(inputs["method"]),
        "instalments": len(due_dates),
        "disbursed_on": disbursed_on,
        "first_due_on": due_dates[0],
        "day_count": day_count,
        "rounding": _rounding(inputs),
        "grace": _grace(inputs),
        **_tranches(inputs),
        **_balloon(inputs),
        **(phrases.charge(inputs["charge"]) if "charge" in inputs else {}),
    }
    if found is not None:
        agreed["frequency"], agreed["month_end"] = found
    else:
        agreed["due_dates"] = tuple(due_dates)
        if day_count is terms.DayCount.ACT_ACT_ICMA and not _counts_periods(inputs):
            phrases.require_months(due_dates)
    return terms.Terms(**{**agreed, **clauses})


def planned(owed, disbursed_on, **clauses):
    """Return interest-free terms for amounts owed on days."""
    plan = tuple(amount for _, amount in owed)
    return terms.Terms(
        principal=Money.sum(plan, plan[0].currency),
        rate_bps=0,
        method=terms.Method.CUSTOM,
        plan=plan,
        instalments=len(plan),
        disbursed_on=disbursed_on,
        first_due_on=owed[0][0],
        due_dates=tuple(due_on for due_on, _ in owed),
        **clauses,
    )


def rate_bps(inputs, per_year):
    """Read the nominal yearly rate in basis points, however the case puts it.

    ``per_year`` is how many of the plan's periods make a year: a rate of a period, or
    of a year cut into ``periods_per_year``, is that many times as much in a year.
    """
    with localcontext(prec=_DIGITS):
        periods = Decimal(per_year.numerator) / per_year.denominator
        if "effective_annual_rate_percent" in inputs:
            growth = 1 + number(inputs["effective_annual_rate_percent"]) / 100
            return (growth ** (1 / periods) - 1) * periods * 10_000
        if "rate_per_period_percent" in inputs:
            return number(inputs["rate_per_period_percent"]) * periods * 100
        if "annual_nominal_rate" in inputs:
            yearly = number(inputs["annual_nominal_rate"]) * 10_000
        else:
            yearly = number(inputs.get("annual_nominal_rate_percent", 0)) * 100
        cut = _periods_per_year(inputs)
        return yearly if cut is None else yearly * periods / cut


def _periods_per_year(inputs):
    if "periods_per_year" in inputs:
        return number(inputs["periods_per_year"])
    said = re.search(r"annual/(\d+)", inputs.get("interest_basis", ""))
    months = said is None or said.group(1) == "12"
    return None if months else Decimal(said.group(1))


def _counts_periods(inputs):
    """Tell whether the rate is one of a period, whatever its days."""
    if "amortisation_n" in inputs:
        return False
    return "rate_per_period_percent" in inputs or _periods_per_year(inputs) is not None


def _principal(inputs):
    if "disbursements" in inputs:
        parts = [phrases.usd(part["amount"]) for part in inputs["disbursements"]]
        return Money.sum(parts, parts[0].currency)
    return phrases.usd(inputs["principal"])


def _disbursed_on(inputs):
    if "disbursements" in inputs:
        return phrases.day(inputs["disbursements"][0]["date"])
    on = inputs.get("disbursement_date", inputs.get("start"))
    return phrases.day(on) if on else _ANY_DAY


def _due_dates(inputs):
    if "due_dates" in inputs:
        named = [phrases.day(text) for text in inputs["due_dates"]]
        if inputs.get("n", len(named)) != len(named):
            raise ValueError(f"n is {inputs['n']} beside {len(named)} due dates")
        return named
    start = phrases.day(inputs["start"]) if "start" in inputs else _ANY_DAY
    first = _first_due_on(start, inputs.get("due", ""))
    count = whole(_count(inputs), most=terms.MAX_INSTALMENTS)
    return [add_months(first, number) for number in range(count)]


def _first_due_on(start, said):
    """Return a month after the start, or the next of the days of months said."""
    named = re.match(r"(\d+)(?:st|nd|rd|th) of (?:each|every|the) month", said)
    if not named:
        return add_months(start, 1)
    due_day = start.replace(day=int(named.group(1)))
    return due_day if due_day > start else add_months(due_day, 1)


def _count(inputs):
    if "n" in inputs:
        return inputs["n"]
    said = re.search(r"(\d+) (months|instalments)", inputs["method"])
    if not said:
        raise Unsupported("a plan without a number of instalments")
    return said.group(1)


def _rounding(inputs):
    """Without a word about rounding the recursion is not rounded."""
    decimals = whole(inputs.get("currency_decimals", 2), most=_MOST_DECIMALS)
    step = phrases.step_of(decimals)
    if "money_multiple_of" in inputs:
        step = phrases.step(inputs["money_multiple_of"]) or step
    interest = level = (terms.Rounding.HALF_EVEN, step)
    if inputs.get("rounding", "none") != "none":
        interest = level = phrases.rounding(inputs["rounding"], decimals)
    said = inputs.get("interest_rounding", "none")
    if not said.startswith(("none", "half-even once")):
        interest = phrases.rounding(said, decimals)
    if "instalment_rounding" in inputs:
        level = phrases.rounding(inputs["instalment_rounding"], decimals)
    if "instalment_multiple_of" in inputs:
        level = (level[0], phrases.step(inputs["instalment_multiple_of"]) or level[1])
    return terms.RoundingRule(
        interest[0],
        interest[1],
        level[0],
        level[1],
        evening=inputs.get("instalment_rule") == "evening-out",
        remainder=_remainder(inputs),
    )


def _remainder(inputs):
    first = inputs.get("first_instalment", "").startswith("absorbs")
    return terms.Remainder.FIRST if first else terms.Remainder.LAST


def _grace(inputs):
    most = terms.MAX_INSTALMENTS
    said = f"{inputs['method']} {inputs.get('rule', '')}"
    return terms.Grace(
        principal=whole(inputs.get("principal_grace_periods", 0), most=most),
        interest=whole(inputs.get("interest_payment_grace_periods", 0), most=most),
        rule=phrases.put_off(said),
    )


def _tranches(inputs):
    parts = [
        terms.Tranche(phrases.day(part["date"]), phrases.usd(part["amount"]))
        for part in inputs.get("disbursements", ())
    ]
    return {"tranches": tuple(parts)} if len(parts) > 1 else {}


def _balloon(inputs):
    if "amortisation_n" in inputs:
        longer = whole(inputs["amortisation_n"], most=terms.MAX_INSTALMENTS)
        return {"balloon": terms.Balloon(amortised_over=longer)}
    if "balloon" in inputs:
        return {"balloon": terms.Balloon(amount=phrases.usd(inputs["balloon"]))}
    return {}
