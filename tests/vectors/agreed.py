"""Make terms of a published case's inputs."""

import re
from datetime import date, timedelta

from contracts import terms
from contracts.months import add_months
from ledger.money import Money
from tests.vectors import phrases
from tests.vectors.case import Unsupported

_ANY_DAY = date(2024, 1, 1)


def terms_of(inputs, **clauses):
    """Return the terms the inputs describe; ``clauses`` add or replace some."""
    due_dates = _due_dates(inputs)
    disbursed_on = _disbursed_on(inputs)
    opens_on = phrases.day(inputs["start"]) if "start" in inputs else disbursed_on
    basis = inputs.get("interest_basis", "30/360 per month")
    day_count, unit = phrases.interest_basis(basis)
    found = phrases.frequency(opens_on, due_dates, unit)
    agreed = {
        "principal": _principal(inputs),
        "rate_bps": phrases.rate_bps(inputs),
        "method": phrases.method(inputs["method"]),
        "instalments": len(due_dates),
        "disbursed_on": disbursed_on,
        "first_due_on": due_dates[0],
        "day_count": day_count,
        "rounding": _rounding(inputs),
        "grace": _grace(inputs),
        **_tranches(inputs),
        **_balloon(inputs),
        **_charges(inputs),
    }
    if found is None:
        agreed["due_dates"] = tuple(due_dates)
    else:
        agreed["frequency"], agreed["month_end"] = found
    return terms.Terms(**{**agreed, **clauses})


def planned(instalments, **clauses):
    """Return interest-free terms for instalments named one by one."""
    due_dates = [phrases.day(part["due"]) for part in instalments]
    plan = tuple(phrases.usd(part["amount"]) for part in instalments)
    return terms.Terms(
        principal=Money.sum(plan, plan[0].currency),
        rate_bps=0,
        method=terms.Method.CUSTOM,
        plan=plan,
        instalments=len(plan),
        disbursed_on=due_dates[0] - timedelta(days=1),
        first_due_on=due_dates[0],
        due_dates=tuple(due_dates),
        **clauses,
    )


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
        return [phrases.day(text) for text in inputs["due_dates"]]
    start = phrases.day(inputs["start"]) if "start" in inputs else _ANY_DAY
    return [add_months(start, number + 1) for number in range(_count(inputs))]


def _count(inputs):
    if "n" in inputs:
        return inputs["n"]
    said = re.search(r"(\d+) (months|instalments)", inputs["method"])
    if not said:
        raise Unsupported("a plan without a number of instalments")
    return int(said.group(1))


def _rounding(inputs):
    """Without a word about rounding the recursion is not rounded."""
    decimals = int(inputs.get("currency_decimals", 2))
    multiple = inputs.get("money_multiple_of")
    step = phrases.step_of(decimals)
    step = int(multiple) * phrases.MINOR_PER_MAJOR if multiple else step
    interest, level = (terms.Rounding.HALF_EVEN, step), (terms.Rounding.HALF_EVEN, step)
    if "rounding" in inputs and inputs["rounding"] != "none":
        interest = level = phrases.rounding(inputs["rounding"], decimals)
    said = inputs.get("interest_rounding", "none")
    if not said.startswith(("none", "half-even once")):
        interest = phrases.rounding(said, decimals)
    if "instalment_rounding" in inputs:
        level = phrases.rounding(inputs["instalment_rounding"], decimals)
    if "instalment_multiple_of" in inputs:
        whole = int(inputs["instalment_multiple_of"]) * phrases.MINOR_PER_MAJOR
        level = (level[0], whole)
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
    return terms.Grace(
        principal=inputs.get("principal_grace_periods", 0),
        interest=inputs.get("interest_payment_grace_periods", 0),
    )


def _tranches(inputs):
    parts = [
        terms.Tranche(phrases.day(part["date"]), phrases.usd(part["amount"]))
        for part in inputs.get("disbursements", ())
    ]
    return {"tranches": tuple(parts)} if len(parts) > 1 else {}


def _balloon(inputs):
    if "amortisation_n" not in inputs:
        return {}
    return {"balloon": terms.Balloon(amortised_over=inputs["amortisation_n"])}


def _charges(inputs):
    if "charge" not in inputs:
        return {}
    bps, basis = phrases.charge_bps(inputs["charge"])
    if basis is None:
        return {"fees": terms.Fees(instalment_bps=bps)}
    return {"late": terms.LateTerms(fee_bps=bps, basis=basis)}
