"""A loan's life, replayed: what each receipt pays and where the loan stands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts import loan, terms
from contracts.errors import EventInvalid
from ledger.errors import Invalid
from ledger.money import Currency, Money


def usd(amount):
    return Money(int(Decimal(amount) * 100), Currency.USD)


def hundred_at_seven(**clauses):
    """The loan of 100 USD at 7 % over six months that Fineract's tests use."""
    agreed = {
        "principal": usd(100),
        "rate_bps": 700,
        "instalments": 6,
        "disbursed_on": date(2024, 1, 1),
        "first_due_on": date(2024, 2, 1),
    }
    return terms.Terms(**{**agreed, **clauses})


OUT = loan.Disbursed(on=date(2024, 1, 1), ordinal=1, amount=usd(100))


def receipt(on, amount, name="r"):
    return loan.ReceiptReceived(
        on=on, ordinal=on.toordinal(), receipt_id=name, amount=usd(amount)
    )


def test_before_the_money_goes_out_nothing_is_owed():
    state = loan.replay(hundred_at_seven(), [], date(2024, 3, 1))

    assert state.status is loan.Status.PENDING
    assert not state.outstanding.total


def test_paying_every_instalment_on_its_day_ends_the_loan_at_zero():
    agreed = hundred_at_seven()
    days = [date(2024, month, 1) for month in range(2, 8)]
    paid = [receipt(on, "17.01" if on.month < 7 else "17.00", str(on)) for on in days]

    state = loan.replay(agreed, [OUT, *paid], date(2024, 7, 1))

    assert state.status is loan.Status.PAID_OFF
    assert state.outstanding.total == usd(0)
    assert [part.interest for part in state.allocations] == [
        usd(part) for part in ("0.58", "0.49", "0.39", "0.29", "0.20", "0.10")
    ]
    assert state.earned_interest == usd("2.05")


def test_a_receipt_pays_what_is_past_due_before_what_is_due_today():
    agreed = hundred_at_seven()

    state = loan.replay(agreed, [OUT, receipt(date(2024, 3, 1), 20)], date(2024, 3, 1))

    (paid,) = state.allocations
    assert (paid.interest, paid.principal) == (usd("1.07"), usd("18.93"))
    assert state.days_past_due == 0
    assert state.instalments[0].unpaid == usd(0)
    assert state.instalments[1].unpaid == usd("14.02")


def test_an_unpaid_instalment_is_arrears_from_the_day_after():
    agreed = hundred_at_seven()

    on_the_day = loan.replay(agreed, [OUT], date(2024, 2, 1))
    next_day = loan.replay(agreed, [OUT], date(2024, 2, 2))

    assert on_the_day.status is loan.Status.ACTIVE
    assert (next_day.status, next_day.days_past_due) == (loan.Status.ARREARS, 1)
    assert next_day.overdue.total == usd("17.01")
    assert next_day.accrued_interest == usd("0.02")


def test_an_early_payoff_costs_interest_to_its_day_only():
    agreed = hundred_at_seven()
    quote = loan.payoff_quote(agreed, [OUT], date(2024, 1, 15))

    closing = receipt(date(2024, 1, 15), quote.total.major())
    state = loan.replay(agreed, [OUT, closing], date(2024, 12, 31))

    assert (quote.interest, quote.saved) == (usd("0.26"), usd("1.79"))
    assert state.status is loan.Status.PAID_OFF
    assert state.earned_interest == usd("0.26")
    assert not state.overpaid


@pytest.mark.parametrize("grace", [0, 3])
def test_a_payoff_before_interest_is_capitalised_leaves_nothing(grace):
    agreed = hundred_at_seven(grace=terms.Grace(interest=grace))
    pause = loan.PaymentHoliday(on=date(2024, 1, 10), ordinal=2, instalments=2)
    past = [OUT, pause]
    if grace:
        agreed = replace(
            agreed, grace=terms.Grace(0, grace, terms.GraceRule.CAPITALISE)
        )
        past = [OUT]
    quote = loan.payoff_quote(agreed, past, date(2024, 1, 20))
    paid = loan.ReceiptReceived(
        on=date(2024, 1, 20), ordinal=9, receipt_id="all", amount=quote.total
    )

    for day in (date(2024, 1, 20), date(2024, 2, 20), date(2025, 1, 1)):
        state = loan.replay(agreed, [*past, paid], day)
        assert state.status is loan.Status.PAID_OFF
        assert state.outstanding.principal == usd(0)
        assert state.accrued_interest == usd(0)


def test_a_change_of_a_loan_found_to_be_paid_off_before_changes_nothing():
    agreed = hundred_at_seven()
    quote = loan.payoff_quote(agreed, [OUT], date(2024, 2, 10))
    paid = loan.ReceiptReceived(
        on=date(2024, 2, 10), ordinal=3, receipt_id="all", amount=quote.total
    )
    change = loan.RateChanged(on=date(2024, 2, 12), ordinal=2, rate_bps=9000)

    state = loan.replay(agreed, [OUT, change, paid], date(2024, 3, 5))

    assert state.status is loan.Status.PAID_OFF
    assert state.outstanding.total == usd(0)


def in_two_parts(**clauses):
    """The same loan, of which 60 USD go out on 15 January."""
    parts = (
        terms.Tranche(date(2024, 1, 1), usd(40)),
        terms.Tranche(date(2024, 1, 15), usd(60)),
    )
    paid_out = [
        loan.Disbursed(on=part.on, ordinal=number, amount=part.amount)
        for number, part in enumerate(parts, start=1)
    ]
    return hundred_at_seven(tranches=parts, **clauses), paid_out


def test_daily_interest_leaves_money_still_to_go_out_in_the_plan():
    agreed, out = in_two_parts(accrual=terms.Accrual.DAILY)
    charge = loan.ChargeAdded(
        on=date(2024, 1, 5), ordinal=3, component=terms.Component.FEE, amount=usd(1)
    )
    plain, _ = in_two_parts()

    for day in (date(2024, 1, 10), date(2024, 1, 20)):
        state = loan.replay(agreed, [*out, charge], day)
        plan = loan.replay(plain, out, day)
        assert state.outstanding.principal == usd(40 if day.day < 15 else 100)
        assert [part.owed.principal for part in state.instalments] == [
            part.owed.principal for part in plan.instalments
        ]


def test_no_money_goes_out_on_a_loan_that_was_paid_off():
    agreed, out = in_two_parts()
    paid = receipt(date(2024, 1, 5), "60")

    assert loan.replay(agreed, [*out, paid], date(2024, 1, 5)).outstanding.total == usd(
        0
    )
    with pytest.raises(EventInvalid) as refused:
        loan.replay(agreed, [*out, paid], date(2024, 1, 15))

    assert refused.value.facts["field"] == "on"


def test_an_early_payoff_by_the_period_rule_costs_the_whole_period():
    agreed = hundred_at_seven(payoff=terms.PayoffRule.TO_PERIOD_END)
    paid = receipt(date(2024, 2, 1), "17.01")

    quote = loan.payoff_quote(agreed, [OUT, paid], date(2024, 2, 15))

    assert (quote.principal, quote.interest) == (usd("83.57"), usd("0.49"))


def test_more_than_the_payoff_is_kept_as_overpaid_until_refunded():
    agreed = hundred_at_seven()
    much = receipt(date(2024, 1, 15), 150)
    back = loan.Refunded(on=date(2024, 1, 16), ordinal=9, amount=usd("49.74"))

    before = loan.replay(agreed, [OUT, much], date(2024, 1, 15))
    after = loan.replay(agreed, [OUT, much, back], date(2024, 1, 16))

    assert before.overpaid == before.allocations[0].excess == usd("49.74")
    assert not after.overpaid


LATE = terms.LateTerms(grace_days=5, fee_bps=500)


def test_a_late_fee_is_due_once_after_the_days_of_grace():
    agreed = hundred_at_seven(late=LATE)

    in_grace = loan.late_fees_due(agreed, [OUT], date(2024, 2, 6))
    after = loan.late_fees_due(agreed, [OUT], date(2024, 2, 7))
    charged = loan.LateFeeCharged(
        on=date(2024, 2, 7), ordinal=2, instalment=1, amount=usd("0.85")
    )
    again = loan.late_fees_due(agreed, [OUT, charged], date(2024, 2, 28))

    assert in_grace == []
    assert after == [loan.LateFee(1, date(2024, 2, 7), usd("0.85"))]
    assert again == []


def test_a_late_fee_is_of_what_was_unpaid_when_the_grace_ended():
    agreed = hundred_at_seven(late=LATE)
    part = receipt(date(2024, 2, 3), "7.01")
    rest = receipt(date(2024, 2, 20), "10.00", "later")

    fees = loan.late_fees_due(agreed, [OUT, part, rest], date(2024, 2, 25))

    assert [fee.amount for fee in fees] == [usd("0.50")]


def test_late_fees_stop_at_their_caps():
    one = hundred_at_seven(late=replace(LATE, cap=usd("0.40")))
    together = hundred_at_seven(late=replace(LATE, cap_bps=100))

    each = loan.late_fees_due(one, [OUT], date(2024, 12, 31))
    total = loan.late_fees_due(together, [OUT], date(2024, 12, 31))

    assert {fee.amount for fee in each} == {usd("0.40")}
    assert Money.sum((fee.amount for fee in total), Currency.USD) == usd(1)


def test_a_late_fee_is_paid_before_older_interest_and_principal():
    agreed = hundred_at_seven(late=LATE)
    fee = loan.LateFeeCharged(
        on=date(2024, 2, 7), ordinal=2, instalment=1, amount=usd("0.85")
    )

    state = loan.replay(
        agreed, [OUT, fee, receipt(date(2024, 2, 10), 1)], date(2024, 2, 10)
    )

    (paid,) = state.allocations
    assert (paid.penalty, paid.interest) == (usd("0.85"), usd("0.15"))


def test_a_waiver_forgives_and_cannot_forgive_more_than_is_due():
    agreed = hundred_at_seven(late=LATE)
    fee = loan.LateFeeCharged(
        on=date(2024, 2, 7), ordinal=2, instalment=1, amount=usd("0.85")
    )
    waiver = loan.Waived(
        on=date(2024, 2, 8),
        ordinal=3,
        component=terms.Component.PENALTY,
        amount=usd("0.85"),
    )

    state = loan.replay(agreed, [OUT, fee, waiver], date(2024, 2, 8))

    assert not state.outstanding.penalty
    with pytest.raises(EventInvalid, match="more than is due"):
        loan.replay(
            agreed, [OUT, fee, replace(waiver, amount=usd(2))], date(2024, 2, 8)
        )


def test_a_write_off_empties_the_loan_and_a_recovery_restores_principal_first():
    agreed = hundred_at_seven()
    lost = loan.WrittenOff(on=date(2024, 5, 1), ordinal=5)
    found = loan.RecoveryReceived(
        on=date(2024, 8, 1), ordinal=6, receipt_id="found", amount=usd(60)
    )

    state = loan.replay(agreed, [OUT, lost, found], date(2024, 9, 1))

    assert state.status is loan.Status.WRITTEN_OFF
    assert not state.outstanding.total
    assert state.allocations[-1].principal == usd(60)
    assert state.written_off.principal == usd(40)


def test_a_charged_back_receipt_leaves_the_loan_as_if_it_never_came():
    agreed = hundred_at_seven()
    paid = receipt(date(2024, 2, 1), "17.01")
    back = loan.ChargedBack(
        on=date(2024, 2, 20), ordinal=9, receipt_id="r", amount=usd("17.01")
    )

    before = loan.replay(agreed, [OUT, paid, back], date(2024, 2, 19))
    after = loan.replay(agreed, [OUT, paid, back], date(2024, 2, 20))

    assert before.status is loan.Status.ACTIVE
    assert after.overdue == loan.replay(agreed, [OUT], date(2024, 2, 20)).overdue


def test_a_prepayment_lowers_later_instalments_when_the_terms_say_so():
    weekly = terms.Terms(
        principal=usd(10000),
        rate_bps=2400,
        instalments=4,
        disbursed_on=date(2025, 1, 6),
        first_due_on=date(2025, 1, 13),
        frequency=terms.WEEKLY,
        excess=terms.Excess.REAMORTISE,
    )
    out = loan.Disbursed(on=date(2025, 1, 6), ordinal=1, amount=usd(10000))
    first = receipt(date(2025, 1, 13), "2528.91", "first")
    early = receipt(date(2025, 1, 15), 4000, "early")

    state = loan.replay(weekly, [out, first, early], date(2025, 1, 15))

    assert [part.owed.principal for part in state.instalments] == [
        usd(part) for part in ("2482.76", "3965.31", "1771.88", "1780.05")
    ]
    assert state.outstanding.principal == usd("3551.93")


def test_a_prepayment_shortens_the_plan_at_the_same_instalment():
    agreed = hundred_at_seven(excess=terms.Excess.SHORTEN)

    state = loan.replay(agreed, [OUT, receipt(date(2024, 2, 1), 50)], date(2024, 2, 1))

    unpaid = [part.unpaid for part in state.instalments if part.unpaid]
    assert unpaid[0] == usd("17.01")
    assert len(unpaid) < 5


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (receipt(date(2023, 12, 31), 5), "before the disbursement"),
        (
            loan.ReceiptReceived(
                on=date(2024, 2, 1),
                ordinal=3,
                receipt_id="r",
                amount=Money(500_00, Currency.KHR),
            ),
            "currency",
        ),
        (
            loan.Disbursed(on=date(2024, 1, 2), ordinal=2, amount=usd(1)),
            "more than the agreed principal",
        ),
    ],
)
def test_an_event_that_cannot_be_is_refused_with_its_field(wrong, reason):
    with pytest.raises(Invalid, match=reason):
        loan.replay(hundred_at_seven(), [OUT, wrong], date(2024, 6, 1))


def test_money_spread_over_later_instalments_stays_payable():
    riel = Money(100_000_000, Currency.KHR)
    agreed = hundred_at_seven(principal=riel, excess=terms.Excess.SPREAD)
    out = replace(OUT, amount=riel)
    paid = loan.ReceiptReceived(
        on=date(2024, 1, 20),
        ordinal=2,
        receipt_id="r",
        amount=Money(1_000_000, Currency.KHR),
    )

    state = loan.replay(agreed, [out, paid], date(2024, 1, 20))

    assert [one.paid.principal.minor % 100 for one in state.instalments] == [0] * 6
    assert state.allocations[0].principal == paid.amount
