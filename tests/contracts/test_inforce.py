"""The plan in force: as agreed until an act, then its rows add up and it says by what."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from contracts import documents, inforce, loan, schedule
from contracts.terms import DayCount, Excess, GraceRule, Terms
from finance.lending import history
from ledger.money import Currency, Money

START = date(2026, 1, 15)
ACT_ON = date(2026, 4, 20)
TERMS = Terms(
    principal=Money(1_000_000, Currency.USD),
    rate_bps=1800,
    instalments=12,
    disbursed_on=START,
    first_due_on=date(2026, 2, 15),
    day_count=DayCount.ACT_365F,
)
ROWS = schedule.build(TERMS).rows
PAID_OUT = loan.Disbursed(on=START, ordinal=1, amount=TERMS.principal)
PAID = [
    loan.ReceiptReceived(
        on=row.due_on,
        ordinal=row.number + 1,
        receipt_id=str(row.number),
        amount=row.payment,
    )
    for row in ROWS[:3]
]


def plan_with(*events: loan.Event, on: date = ACT_ON) -> inforce.Plan:
    return inforce.plan(TERMS, [PAID_OUT, *PAID, *events], on)


def test_a_plan_that_nothing_changed_is_the_agreed_one() -> None:
    late_fee = loan.LateFeeCharged(
        on=ACT_ON, ordinal=9, instalment=4, amount=Money(500, Currency.USD)
    )

    plan = plan_with(late_fee)

    assert plan.changed is None
    assert [row.payment for row in plan.rows] == [row.payment for row in ROWS]
    assert [row.balance_after for row in plan.rows] == [
        row.balance_after for row in ROWS
    ]


def restructured() -> loan.Restructured:
    owed = loan.replay(TERMS, [PAID_OUT, *PAID], ACT_ON).outstanding.principal
    anew = Terms(
        principal=owed,
        rate_bps=1200,
        instalments=18,
        disbursed_on=ACT_ON,
        first_due_on=date(2026, 5, 20),
    )
    return loan.Restructured(on=ACT_ON, ordinal=10, terms=anew, is_owed=True)


@pytest.mark.parametrize(
    "act",
    [
        loan.RateChanged(on=ACT_ON, ordinal=10, rate_bps=1500),
        loan.DueDateShifted(on=ACT_ON, ordinal=10, instalment=5, to=date(2026, 6, 1)),
        loan.PaymentHoliday(
            on=ACT_ON, ordinal=10, instalments=2, rule=GraceRule.CAPITALISE
        ),
        loan.Reamortised(on=ACT_ON, ordinal=10, instalments=14),
        restructured(),
    ],
    ids=lambda act: type(act).__name__,
)
def test_after_an_act_the_rows_add_up_and_the_plan_says_since_when(
    act: loan.Event,
) -> None:
    plan = plan_with(act, on=ACT_ON + timedelta(days=3))

    assert plan.changed == act
    added = plan.principal - TERMS.principal
    assert added.minor >= 0
    assert bool(added) == isinstance(act, loan.PaymentHoliday)
    assert plan.principal + plan.interest + plan.fees == plan.payment
    assert plan.payment == Money.sum((row.payment for row in plan.rows), plan.currency)
    assert not plan.rows[-1].balance_after
    assert [row.payment for row in plan.rows[:3]] == [row.payment for row in ROWS[:3]]
    state = loan.replay(TERMS, [PAID_OUT, *PAID, act], ACT_ON + timedelta(days=3))
    kept = [one for one in state.instalments if one.number in _numbers(plan)]
    assert len(kept) == len(plan.rows)
    assert plan.rows[2].balance_after == state.outstanding.principal


def _numbers(plan: inforce.Plan) -> set[int]:
    return {row.number for row in plan.rows}


def test_money_paid_early_changes_the_plan_too() -> None:
    early = loan.ReceiptReceived(
        on=ACT_ON, ordinal=11, receipt_id="early", amount=Money(300_000, Currency.USD)
    )

    as_agreed = plan_with(early)
    shortened = inforce.plan(
        replace(TERMS, excess=Excess.SHORTEN), [PAID_OUT, *PAID, early], ACT_ON
    )

    assert as_agreed.changed is None
    assert shortened.changed == early
    assert shortened.principal == TERMS.principal
    assert shortened.interest < as_agreed.interest


def test_whatever_changes_a_plan_has_a_name_in_print() -> None:
    templates = Path(documents.__file__).parent / "templates"
    words = tomllib.loads((templates / "words.toml").read_text(encoding="utf-8"))

    kept = {name for name, kind in history.KINDS.items() if kind in inforce.CHANGING}

    assert len(kept) == len(inforce.CHANGING)
    assert set(words["acts"]) == kept
