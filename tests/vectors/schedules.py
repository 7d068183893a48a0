"""Answer the cases about schedules: what is due when, and what is left."""

import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from contracts import loan, schedule
from contracts.periods import layout
from contracts.terms import Method
from contracts.walk import Walk
from tests.vectors import agreed, lives, phrases
from tests.vectors.case import Unsupported

_LONG_AFTER = timedelta(days=30)
_LEVEL_METHODS = (Method.ANNUITY, Method.BALLOON)
_OF_ROWS = {"rows", "selected_rows", "total_interest", "total_payment"}


def answer(case):
    """Answer a schedule case by its subkind."""
    subkind = case.inputs.get("subkind", "")
    for word, answered in _SUBKINDS:
        if subkind.startswith(word):
            return answered(case)
    if subkind:
        raise Unsupported(subkind)
    return _answer_plan(case)


def _answer_plan(case):
    terms = agreed.terms_of(case.inputs)
    plan = schedule.build(terms)
    charges = {row.number: row.fee.major() for row in plan.rows}
    if terms.late.fee_bps:
        charges = _late_charges(terms, plan)
    rows = [_row(row, charges.get(row.number, Decimal(0))) for row in plan.rows]
    answers = {**_totals(rows, plan, terms), **_exact(case, terms)}
    unrounded = case.inputs.get("rounding") == "none"
    if unrounded and terms.method in _LEVEL_METHODS and _OF_ROWS & set(case.expected):
        rows = _exact_rows(rows, plan, terms)
        answers["total_interest"] = sum(row["interest"] for row in rows)
        answers["total_payment"] = sum(row["total"] for row in rows)
    rows[0]["from"] = case.inputs.get("start", rows[0]["from"])
    for key in ("rows", "selected_rows"):
        answers[key] = _chosen(rows, case.expected.get(key, ()))
    return answers


def _chosen(rows, expected):
    """Return the rows that are asked for, by their numbers or by their places."""
    by_number = {row["n"]: row for row in rows}
    asked = [part.get("n", place) for place, part in enumerate(expected, 1)]
    return [by_number[number] for number in asked if number in by_number]


def _row(row, charge):
    return {
        "n": row.number,
        "from": row.starts_on.isoformat(),
        "due": row.due_on.isoformat(),
        "principal": row.principal.major(),
        "interest": row.interest.major(),
        "charge": charge,
        "total": (row.principal + row.interest).major() + charge,
        "balance": row.balance_after.major(),
    }


def _totals(rows, plan, terms):
    total = sum(row["total"] for row in rows)
    level = plan.rows[0].principal + plan.rows[0].interest
    exact = plan.level if plan.level is not None else level.minor
    return {
        "all_rows_computed": [
            [row["principal"], row["interest"], row["total"], row["balance"]]
            for row in rows
        ],
        "total_interest": plan.interest.major(),
        "total_charge": sum(row["charge"] for row in rows),
        "total_due": total,
        "total_payment": total,
        "principal": [row["principal"] for row in rows],
        "balances": [row["balance"] for row in rows],
        "payments": [row["total"] for row in rows],
        "payment": _major(exact),
        "instalment": level.major(),
        "interest_each": rows[0]["interest"],
        "principal_last": rows[-1]["principal"],
        "last_total": rows[-1]["total"],
        "currency": terms.currency,
    }


def _major(minor):
    return Decimal(minor.numerator) / minor.denominator / phrases.MINOR_PER_MAJOR


def _exact_balances(terms):
    walk = Walk(terms, layout(terms), schedule.Opening())
    return [_major(Fraction(*ratio)) for ratio in walk.exact_balances()]


def _exact(case, terms):
    """Answer "balance after 60" by the recursion that is never rounded."""
    answers = {}
    for key in case.expected:
        found = re.fullmatch(r"(?:balance_after|balloon_after_instalment)_(\d+)", key)
        if found:
            balances = _exact_balances(terms)
            answers[key] = balances[int(found.group(1)) - 1]
    return answers


def _exact_rows(rows, plan, terms):
    """Replace amounts by those of the recursion that is never rounded."""
    before, exact = terms.principal.major(), []
    for row, balance in zip(rows, _exact_balances(terms), strict=True):
        is_last = row["n"] == len(rows) and terms.balloon is not None
        total = _major(plan.level) + (balance if is_last else 0)
        after = Decimal(0) if is_last else balance
        principal = before - after
        amounts = {"principal": principal, "interest": total - principal}
        exact.append({**row, **amounts, "total": total, "balance": after})
        before = after
    return exact


def _late_charges(terms, plan):
    """Charge every missed instalment when nothing was paid long after the end."""
    on = plan.rows[-1].due_on + _LONG_AFTER
    fees = loan.late_fees_due(terms, [lives.payout(terms)], on)
    return {fee.instalment: fee.amount.major() for fee in fees}


_SUBKINDS = (
    ("prepayment", lives.answer_prepayment),
    ("allocation", lives.answer_allocation),
    ("multi-tranche", _answer_plan),
    ("overdue interest recalculation", lives.answer_overdue),
    ("payoff", lives.answer_payoff),
    ("delinquency buckets", lives.answer_delinquency),
    ("chargeback", lives.answer_chargeback),
    ("collateral shortfall", lives.answer_shortfall),
)
