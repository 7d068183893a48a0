"""Answer the cases about what happens to a loan: payments, arrears, payoff."""

import re
from dataclasses import replace
from datetime import timedelta

from contracts import arrears, collateral, loan, schedule
from contracts.terms import (
    DEFAULT_WATERFALL,
    Accrual,
    Bucket,
    Component,
    PayoffRule,
    Timing,
)
from ledger.money import BPS_PER_ONE
from tests.vectors import agreed, phrases
from tests.vectors.case import Unsupported, number, whole

_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
    *("ninth", "tenth", "eleventh", "twelfth"),
)
_DAY = timedelta(days=1)
_MOST_PERCENT = 100


def payout(terms):
    """Return the disbursement of the whole principal."""
    return loan.Disbursed(on=terms.disbursed_on, ordinal=0, amount=terms.principal)


def _receipts(parts):
    return [
        loan.ReceiptReceived(
            on=phrases.day(part["date"]),
            ordinal=at,
            receipt_id=str(at),
            amount=phrases.usd(part["amount"]),
        )
        for at, part in enumerate(parts, 1)
    ]


def answer_prepayment(case):
    """Pay early, and show the plan and the price of closing after each payment."""
    terms = agreed.terms_of(case.base(), excess=phrases.excess(case.inputs["policy"]))
    due_dates = [row.due_on for row in schedule.build(terms).rows]
    paid = [
        {**event, "date": phrases.relative_day(event["on"], due_dates).isoformat()}
        for event in case.inputs["events"]
    ]
    receipts = _receipts(paid)
    state = loan.replay(terms, [payout(terms), *receipts], receipts[-1].on)
    payoffs = {}
    for at, word in enumerate(_ORDINALS[: len(receipts)], 1):
        so_far = [payout(terms), *receipts[:at]]
        quote = loan.payoff_quote(terms, so_far, receipts[at - 1].on)
        payoffs[f"payoff_after_{word}_payment"] = quote.total.major()
    return {"rows": _instalments(state), **payoffs}


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


def answer_allocation(case):
    """Tell which instalments payments go to."""
    return _allocate_to_base(case) if "base" in case.inputs else _allocate(case)


def _allocate(case):
    """Pay into what is left of each instalment; what was paid on it before is added."""
    inputs = case.inputs
    before = [phrases.usd(part["already_paid"]) for part in inputs["instalments"]]
    owed = [
        (on, amount - paid)
        for (on, amount), paid in zip(_owed(inputs["instalments"]), before, strict=True)
    ]
    if not any(amount for _, amount in owed):
        return {"paid_per_instalment": [paid.major() for paid in before]}
    receipts = _receipts(inputs["payments"])
    terms = agreed.planned(
        owed,
        _before(owed, receipts),
        excess=phrases.excess(inputs["excess_rule"]),
    )
    on = max(receipt.on for receipt in receipts)
    state = loan.replay(terms, [payout(terms), *receipts], on)
    now = [part.paid.total for part in state.instalments]
    if (
        state.status is loan.Status.PAID_OFF
    ):  # closing leaves one instalment of the rest
        now = [amount for _, amount in owed]
    return {
        "paid_per_instalment": [
            (paid + more).major() for paid, more in zip(before, now, strict=True)
        ]
    }


def _owed(instalments):
    return [
        (phrases.day(part["due"]), phrases.usd(part["amount"])) for part in instalments
    ]


def _before(owed, receipts):
    """Return a day for the money to have gone out: before anything else happened."""
    days = [owed[0][0], *(receipt.on for receipt in receipts)]
    return min(days) - _DAY


def _allocate_to_base(case):
    terms = agreed.terms_of(case.base(), waterfall=_waterfall(case.inputs["rule"]))
    receipts = _receipts(case.inputs["transactions"])
    answers = {}
    for at, word in enumerate(_ORDINALS[: len(receipts)], 1):
        state = loan.replay(terms, [payout(terms), *receipts[:at]], receipts[at - 1].on)
        answers[f"after_{word}"] = {
            f"instalment_{part.number}": _paid(part) for part in state.instalments
        }
    quote = loan.payoff_quote(terms, [payout(terms), *receipts], receipts[-1].on)
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


def answer_overdue(case):
    """Let interest run daily on what is really outstanding."""
    terms = agreed.terms_of(case.base(), accrual=Accrual.DAILY)
    events = [payout(terms), *_receipts(case.inputs["payments"])]
    state = loan.replay(terms, events, phrases.day(case.inputs["as_of"]))
    rows = _instalments(state)
    rows[0]["from"] = case.base().get("start")
    return {"rows": rows}


def answer_payoff(case):
    """Quote the price of closing on a day."""
    terms = agreed.terms_of(case.base(), payoff=_payoff_rule(case.inputs["rule"]))
    events = [payout(terms), *_receipts(case.inputs.get("payments", ()))]
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


def _payoff_rule(said):
    if re.search(r"whole (current )?period", said):
        return PayoffRule.TO_PERIOD_END
    if re.search(r"to (the|that) (date|day)|up to|accrued", said):
        return PayoffRule.TO_DATE
    raise Unsupported(f"rule {said!r}")


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


def answer_delinquency(case):
    """Add up what is overdue by bands of days late."""
    inputs = case.inputs
    owed, receipts = _owed(inputs["instalments"]), _receipts(inputs["payments"])
    terms = agreed.planned(owed, _before(owed, receipts))
    events = [payout(terms), *receipts]
    state = loan.replay(terms, events, phrases.day(inputs["as_of"]))
    bands = [arrears.Band(*band) for band in phrases.bands(inputs["buckets"])]
    overdue = arrears.by_band(state, bands)
    found = {band.name: 0 for band in bands}
    found |= {name: amount.major() for name, amount in overdue.items()}
    return {"overdue_by_bucket": found}


def answer_chargeback(case):
    """Take receipts back, and see whether the loan is open again."""
    inputs = case.inputs
    paid = _receipts(inputs["payments"])
    regular = paid[: whole(inputs["n"], most=len(paid))]
    owed = [(receipt.on, phrases.usd(inputs["instalment"])) for receipt in regular]
    terms = agreed.planned(owed, _before(owed, paid))
    if terms.principal != phrases.usd(inputs["principal"]):
        raise Unsupported("instalments that do not sum to the principal")
    back = _taken_back(inputs["chargebacks"], paid)
    last = max(event.on for event in back)
    before = [event for event in (*paid, *back) if event not in back or event.on < last]
    on = max(event.on for event in (*paid, *back))
    after = loan.replay(terms, [payout(terms), *paid, *back], on)
    return {
        "outstanding": after.outstanding.total.major(),
        "status_before": _status(loan.replay(terms, [payout(terms), *before], last)),
        "status_after": _status(after),
    }


def _taken_back(parts, paid):
    """Take amounts back from receipts, the latest first, whole ones or parts of them."""
    left = {receipt.receipt_id: receipt.amount for receipt in paid}
    taken = []
    for part in parts:
        on, amount = phrases.day(part["date"]), phrases.usd(part["amount"])
        for receipt in sorted(paid, key=lambda event: event.on, reverse=True):
            piece = min(left[receipt.receipt_id], amount)
            if receipt.on <= on and piece:
                left[receipt.receipt_id] -= piece
                amount -= piece
                taken.append(
                    loan.ChargedBack(
                        on=on,
                        ordinal=len(paid) + len(taken) + 1,
                        receipt_id=receipt.receipt_id,
                        amount=piece,
                    )
                )
        if amount:
            raise ValueError(f"{amount} more is taken back than was paid")
    return taken


def _status(state):
    closed = state.status is loan.Status.PAID_OFF
    return "closed, obligations met" if closed else "active"


def answer_shortfall(case):
    """Tell what a loan's security does not cover."""
    inputs = case.inputs
    haircut = number(inputs["haircut_percent"]) * BPS_PER_ONE / _MOST_PERCENT
    if haircut != int(haircut):
        raise Unsupported("a haircut finer than a basis point")
    short = collateral.shortfall(
        phrases.usd(inputs["loan_amount"]),
        phrases.usd(inputs["security_value"]),
        int(haircut),
    )
    return {"shortfall": short.major()}
