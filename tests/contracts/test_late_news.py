"""News that comes late changes the past as if it had been known, and nothing else."""

from datetime import date

import pytest

from contracts import loan, terms
from contracts.errors import EventInvalid
from tests.contracts.test_loan import OUT, hundred_at_seven, receipt, usd

LATE = terms.LateTerms(grace_days=5, fee_bps=500)
AGREED = hundred_at_seven(late=LATE)
FEE = loan.LateFeeCharged(
    on=date(2024, 2, 7), ordinal=2, instalment=1, amount=usd("0.85")
)
TODAY = date(2024, 2, 20)


def test_a_late_fee_is_unfounded_once_the_money_turns_out_to_have_come_in_time():
    in_time = receipt(date(2024, 2, 3), "17.01")

    before = loan.late_fees_unfounded(AGREED, [OUT, FEE], OUT.on)
    after = loan.late_fees_unfounded(AGREED, [OUT, FEE, in_time], in_time.on)

    assert (before, after) == ([], [FEE])
    assert not loan.late_fees_unfounded(AGREED, [OUT, FEE, in_time], TODAY)


def test_a_late_fee_of_too_much_is_unfounded_as_a_whole():
    half = receipt(date(2024, 2, 3), "8")

    assert loan.late_fees_unfounded(AGREED, [OUT, FEE, half], half.on) == [FEE]


def test_a_cancelled_charge_is_as_if_it_had_never_been_made():
    paid = receipt(date(2024, 2, 8), "17.86")
    cancelled = loan.ChargeCancelled(on=TODAY, ordinal=9, charge=FEE.ordinal)

    before = loan.replay(AGREED, [OUT, FEE, paid], TODAY)
    after = loan.replay(AGREED, [OUT, FEE, paid, cancelled], TODAY)

    assert before.allocations[0].penalty == usd("0.85")
    assert not after.allocations[0].penalty
    assert after.instalments[1].paid.total == usd("0.85")
    assert loan.late_fees_unfounded(AGREED, [OUT, FEE, cancelled], OUT.on) == []


def test_only_a_charge_that_stands_can_be_cancelled():
    once = loan.ChargeCancelled(on=TODAY, ordinal=8, charge=FEE.ordinal)
    again = loan.ChargeCancelled(on=TODAY, ordinal=9, charge=FEE.ordinal)
    unknown = loan.ChargeCancelled(on=TODAY, ordinal=9, charge=7)

    for events in ([once, again], [unknown]):
        with pytest.raises(EventInvalid) as refused:
            loan.replay(AGREED, [OUT, FEE, *events], TODAY)
        assert refused.value.facts["field"] == "charge"


def test_a_waiver_up_to_what_is_due_outlives_money_found_late():
    waived = loan.Waived(
        on=TODAY,
        ordinal=3,
        component=terms.Component.PENALTY,
        amount=usd("0.85"),
        up_to=True,
    )
    found = receipt(date(2024, 2, 8), "0.50")

    state = loan.replay(AGREED, [OUT, FEE, waived, found], TODAY)

    assert not state.outstanding.penalty
    assert state.allocations[0].penalty == usd("0.50")


def test_a_refund_takes_no_more_than_is_left_after_a_charge_back():
    much = receipt(date(2024, 1, 15), 150)
    given = loan.Refunded(
        on=date(2024, 1, 16), ordinal=9, amount=usd("49.74"), up_to=True
    )
    back = loan.ChargedBack(
        on=date(2024, 1, 20), ordinal=10, receipt_id="r", amount=usd(120)
    )

    state = loan.replay(AGREED, [OUT, much, given, back], date(2024, 1, 20))

    assert not state.overpaid
    assert state.allocations[0].total == usd(30)


def test_a_restructuring_of_what_is_owed_follows_money_found_late():
    on = date(2024, 3, 1)
    agreed = hundred_at_seven(
        principal=usd("83.57"), disbursed_on=on, first_due_on=date(2024, 4, 1)
    )
    eased = loan.Restructured(on=on, ordinal=5, terms=agreed, is_owed=True)
    first, found = receipt(date(2024, 2, 1), "17.01"), receipt(on, "17.01", "late")

    state = loan.replay(hundred_at_seven(), [OUT, first, eased], on)
    after = loan.replay(hundred_at_seven(), [OUT, first, eased, found], on)

    assert state.outstanding.principal == usd("83.57")
    assert after.is_forborne
    assert after.outstanding.principal < state.outstanding.principal


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (receipt(date(2024, 2, 1), "-5", "x"), "amount"),
        (receipt(date(2023, 12, 31), "5", "x"), "on"),
        (receipt(date(2024, 2, 1), "5", "known"), "receipt_id"),
        (
            loan.ChargedBack(on=TODAY, ordinal=9, receipt_id="strange", amount=usd(1)),
            "receipt_id",
        ),
        (
            loan.ChargedBack(on=TODAY, ordinal=9, receipt_id="known", amount=usd(99)),
            "amount",
        ),
        (loan.Reamortised(on=TODAY, ordinal=9, instalments=0), "instalments"),
        (loan.Refunded(on=TODAY, ordinal=9, amount=usd(1)), "amount"),
    ],
)
def test_what_cannot_have_happened_is_refused_by_its_field(event, field):
    known = receipt(date(2024, 1, 20), 10, "known")

    with pytest.raises(EventInvalid) as refused:
        loan.replay(AGREED, [OUT, known, event], TODAY)

    assert refused.value.facts["field"] == field
