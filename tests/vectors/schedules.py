"""Answer the cases about schedules, payments and what happens to a loan."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from contracts import arrears, collateral, loan, schedule
from contracts.terms import (
    DEFAULT_WATERFALL,
    Accrual,
    Bucket,
    Component,
    PayoffRule,
    Timing,
)
from tests.vectors import agreed, phrases
from tests.vectors.case import Unsupported

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_LONG_AFTER = timedelta(days=30)


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
    charges = [row.fee for row in plan.rows]
    if terms.late.fee_bps:
        charges = _late_charges(terms, plan)
    rows = [_row(row, charge) for row, charge in zip(plan.rows, charges, strict=True)]
    rows[0]["from"] = case.inputs.get("start", rows[0]["from"])
    numbers = {
        part["n"]
        for key in ("rows", "selected_rows")
        for part in case.expected.get(key, ())
    }
    chosen = [row for row in rows if row["n"] in numbers]
    return {
        **_totals(rows, plan, terms),
        **_exact(case, terms),
        "rows": chosen,
        "selected_rows": chosen,
    }


def _row(row, charge):
    return {
        "n": row.number,
        "from": row.starts_on.isoformat(),
        "due": row.due_on.isoformat(),
        "principal": row.principal.major(),
        "interest": row.interest.major(),
        "charge": charge.major(),
        "total": (row.principal + row.interest + charge).major(),
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


def _exact(case, terms):
    """Answer "balance after 60" by the recursion that is never rounded."""
    answers = {}
    for key in case.expected:
        found = re.fullmatch(r"(?:balance_after|balloon_after_instalment)_(\d+)", key)
        if found:
            number = int(found.group(1))
            answers[key] = _major(schedule.exact_balance(terms, number))
    return answers


def _late_charges(terms, plan):
    """Charge every missed instalment when nothing was paid long after the end."""
    on = plan.rows[-1].due_on + _LONG_AFTER
    fees = loan.late_fees_due(terms, [_payout(terms)], on)
    return [fee.amount for fee in fees]


def _payout(terms):
    return loan.Disbursed(on=terms.disbursed_on, ordinal=0, amount=terms.principal)


def _receipts(parts, *, first=1):
    return [
        loan.ReceiptReceived(
            on=phrases.day(part["date"]),
            ordinal=at,
            receipt_id=str(at),
            amount=phrases.usd(part["amount"]),
        )
        for at, part in enumerate(parts, first)
    ]


def _answer_prepayment(case):
    terms = agreed.terms_of(case.base(), excess=phrases.excess(case.inputs["policy"]))
    due_dates = [row.due_on for row in schedule.build(terms).rows]
    paid = [
        {**event, "date": phrases.relative_day(event["on"], due_dates).isoformat()}
        for event in case.inputs["events"]
    ]
    events = [_payout(terms), *_receipts(paid)]
    on = max(event.on for event in events)
    quote = loan.payoff_quote(terms, events, on)
    state = loan.replay(terms, events, on)
    return {
        "rows": _instalments(state),
        "payoff_after_second_payment": quote.total.major(),
    }


def _instalments(state):
    balance = sum(part.owed.principal.major() for part in state.instalments)
    rows, since = [], None
    for part in state.instalments:
        balance -= part.owed.principal.major()
        rows.append(
            {
                "n": part.number,
                "from": since,
                "due": part.due_on.isoformat(),
                "principal": part.owed.principal.major(),
                "interest": part.owed.interest.major(),
                "total": part.owed.total.major(),
                "balance": balance,
            }
        )
        since = part.due_on.isoformat()
    return rows


def _answer_allocation(case):
    return _allocate_to_base(case) if "base" in case.inputs else _allocate(case)


def _allocate(case):
    inputs = case.inputs
    terms = agreed.planned(
        inputs["instalments"], excess=phrases.excess(inputs["excess_rule"])
    )
    before = [
        {"date": part["due"], "amount": part["already_paid"]}
        for part in inputs["instalments"]
        if Decimal(part["already_paid"])
    ]
    events = [_payout(terms), *_receipts([*before, *inputs["payments"]])]
    state = loan.replay(terms, events, max(event.on for event in events))
    return {
        "paid_per_instalment": [part.paid.total.major() for part in state.instalments]
    }


def _allocate_to_base(case):
    terms = agreed.terms_of(case.base(), waterfall=_waterfall(case.inputs["rule"]))
    receipts = _receipts(case.inputs["transactions"])
    answers = {}
    for at, word in enumerate(_ORDINALS[: len(receipts)], 1):
        state = loan.replay(
            terms, [_payout(terms), *receipts[:at]], receipts[at - 1].on
        )
        answers[f"after_{word}"] = {
            f"instalment_{part.number}": _paid(part) for part in state.instalments
        }
    quote = loan.payoff_quote(terms, [_payout(terms), *receipts], receipts[-1].on)
    return {**answers, "closing_payment_same_day": quote.total.major()}


def _paid(part):
    return {
        "principal_outstanding": (part.owed.principal - part.paid.principal).major(),
        "interest_outstanding": (part.owed.interest - part.paid.interest).major(),
        "interest_paid": part.paid.interest.major(),
        "principal_paid": part.paid.principal.major(),
        "total_outstanding": part.unpaid.major(),
    }


def _waterfall(rule):
    """Put the principal of what is due behind its interest, if the rule says so."""
    if not re.search(r"all due interest .*before any principal", rule):
        raise Unsupported(f"rule {rule!r}")
    principal = [
        Bucket(timing, Component.PRINCIPAL) for timing in (Timing.PAST_DUE, Timing.DUE)
    ]
    ahead = [
        bucket for bucket in DEFAULT_WATERFALL if bucket.timing is Timing.IN_ADVANCE
    ]
    first = [
        bucket for bucket in DEFAULT_WATERFALL if bucket not in (*principal, *ahead)
    ]
    return (*first, *principal, *ahead)


def _answer_overdue(case):
    terms = agreed.terms_of(case.base(), accrual=Accrual.DAILY)
    events = [_payout(terms), *_receipts(case.inputs["payments"])]
    state = loan.replay(terms, events, phrases.day(case.inputs["as_of"]))
    rows = _instalments(state)
    rows[0]["from"] = case.base().get("start")
    return {"rows": rows}


def _answer_payoff(case):
    whole = "whole current period" in case.inputs["rule"]
    rule = PayoffRule.TO_PERIOD_END if whole else PayoffRule.TO_DATE
    terms = agreed.terms_of(case.base(), payoff=rule)
    events = [_payout(terms), *_receipts(case.inputs.get("payments", ()))]
    on = phrases.day(case.inputs["payoff_date"])
    quote = loan.payoff_quote(terms, events, on)
    answers = {
        "payoff": quote.total.major(),
        "principal": quote.principal.major(),
        "interest": quote.interest.major(),
    }
    if "first_instalment_split" in case.expected:
        answers["first_instalment_split"] = _paid_on(terms, events, on)
    return answers


def _paid_on(terms, events, on):
    """Split one regular instalment paid on a day, when interest runs to the day."""
    daily = replace(terms, accrual=Accrual.DAILY)
    level = schedule.build(daily).rows[0].payment
    paid = loan.ReceiptReceived(on=on, ordinal=99, receipt_id="early", amount=level)
    allocation = loan.replay(daily, [*events, paid], on).allocations[-1]
    return {
        "principal": allocation.principal.major(),
        "interest": allocation.interest.major(),
    }


def _answer_delinquency(case):
    inputs = case.inputs
    terms = agreed.planned(inputs["instalments"])
    events = [_payout(terms), *_receipts(inputs["payments"])]
    state = loan.replay(terms, events, phrases.day(inputs["as_of"]))
    bands = [
        arrears.Band(name, int(first), int(last))
        for name, first, last in phrases.bands(inputs["buckets"])
    ]
    overdue = arrears.by_band(state, bands)
    found = {name: amount.major() for name, amount in overdue.items()}
    return {"overdue_by_bucket": found}


def _answer_chargeback(case):
    inputs = case.inputs
    dues = [
        {"due": part["date"], "amount": inputs["instalment"]}
        for part in inputs["payments"][: inputs["n"]]
    ]
    terms = agreed.planned(dues)
    if terms.principal != phrases.usd(inputs["principal"]):
        raise Unsupported("instalments that do not sum to the principal")
    paid = _receipts(inputs["payments"])
    back = _taken_back(inputs["chargebacks"], paid)
    events = [_payout(terms), *paid, *back]
    before = [event for event in events if event not in back[-1:]]
    on = max(event.on for event in events)
    after = loan.replay(terms, events, on)
    return {
        "outstanding": after.outstanding.total.major(),
        "status_before": _status(loan.replay(terms, before, back[-1].on)),
        "status_after": _status(after),
    }


def _taken_back(parts, paid):
    """Take each amount back from the latest receipt that is still whole."""
    left = list(paid)
    taken = []
    for at, part in enumerate(parts):
        on, amount = phrases.day(part["date"]), phrases.usd(part["amount"])
        of = [receipt for receipt in left if receipt.on <= on][-1]
        left.remove(of)
        taken.append(
            loan.ChargedBack(
                on=on, ordinal=100 + at, receipt_id=of.receipt_id, amount=amount
            )
        )
    return taken


def _status(state):
    closed = state.status is loan.Status.PAID_OFF
    return "closed, obligations met" if closed else "active"


def _answer_shortfall(case):
    inputs = case.inputs
    short = collateral.shortfall(
        phrases.usd(inputs["loan_amount"]),
        phrases.usd(inputs["security_value"]),
        int(Decimal(inputs["haircut_percent"]) * 100),
    )
    return {"shortfall": short.major()}


_SUBKINDS = (
    ("prepayment", _answer_prepayment),
    ("allocation", _answer_allocation),
    ("multi-tranche", _answer_plan),
    ("overdue interest recalculation", _answer_overdue),
    ("payoff", _answer_payoff),
    ("delinquency buckets", _answer_delinquency),
    ("chargeback", _answer_chargeback),
    ("collateral shortfall", _answer_shortfall),
)
