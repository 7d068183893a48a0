"""Acts on a running loan: two people, the difference in the books, nothing rewritten."""

from datetime import date, timedelta

import pytest

from contracts import loan as loans
from contracts.terms import Component
from finance import approvals, lending
from finance.lending import LoanStatus
from ledger.errors import Invalid
from ledger.money import Currency, Money
from tests.finance.lending.acting import act, instalment, pay, sound, today
from tests.journeys.people import usd


async def test_a_waiver_lowers_what_is_owed_and_what_the_notes_are_owed(
    world, desk, loan
):
    await world.live(loan, 45)
    before = await sound(world, loan)
    waived = before.outstanding.penalty

    await act(
        world,
        desk,
        loan,
        loans.Waived(
            on=today(world), ordinal=0, component=Component.PENALTY, amount=waived
        ),
    )

    after = await sound(world, loan)
    assert waived.minor > 0
    assert not after.outstanding.penalty
    assert after.outstanding.interest == before.outstanding.interest


CHANGES = {
    "rate": lambda on: loans.RateChanged(on=on, ordinal=0, rate_bps=500),
    "holiday": lambda on: loans.PaymentHoliday(on=on, ordinal=0, instalments=2),
    "date": lambda on: loans.DueDateShifted(
        on=on, ordinal=0, instalment=3, to=on + timedelta(days=40)
    ),
    "spread": lambda on: loans.Reamortised(on=on, ordinal=0, instalments=20),
    "charge": lambda on: loans.ChargeAdded(
        on=on, ordinal=0, component=Component.PENALTY, amount=usd(7)
    ),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_changed_loan_lives_on_to_the_last_cent(world, desk, loan, name):
    await world.live(loan, 31)
    await pay(world, loan, instalment(loan))
    await act(world, desk, loan, CHANGES[name](today(world)))
    await sound(world, loan)
    await world.live(loan, 70)
    await sound(world, loan)

    quote = await world.db.read(lending.quote_payoff, loan_id=loan.id)
    await pay(world, loan, quote.total)

    await sound(world, loan)
    closed = await world.db.read(lending.get_loan, loan_id=loan.id)
    assert closed.status == LoanStatus.PAID_OFF
    events = await world.db.read(lending.list_events, loan_id=loan.id)
    read = await world.db.read(lending.loan_state, loan_id=loan.id)
    assert len(events) >= 4
    assert read.status is loans.Status.PAID_OFF


async def test_a_loan_is_paid_off_in_a_payment_holiday(world, desk, loan):
    await world.live(loan, 10)
    await act(world, desk, loan, CHANGES["holiday"](today(world)))
    await world.live(loan, 10)
    quote = await world.db.read(lending.quote_payoff, loan_id=loan.id)

    await pay(world, loan, quote.total)

    state = await sound(world, loan)
    paid_off = await world.db.read(lending.get_loan, loan_id=loan.id)
    assert paid_off.status == LoanStatus.PAID_OFF
    assert not state.outstanding.total


@pytest.mark.parametrize("capitalises", [False, True])
async def test_a_restructured_loan_is_forborne_and_shows_lenders_what_it_means(
    world, desk, loan, capitalises
):
    await world.live(loan, 45)
    plan = lending.NewPlan(
        on=today(world),
        rate_bps=300,
        instalments=24,
        first_due_on=today(world) + timedelta(days=31),
        capitalises=capitalises,
    )
    eased = await world.db.read(lending.restructuring, loan_id=loan.id, plan=plan)
    shown = await world.db.read(lending.preview_act, loan_id=loan.id, act=eased)

    await act(world, desk, loan, eased)

    state = await sound(world, loan)
    assert state.is_forborne
    assert shown.after.is_forborne
    assert shown.after.last_due_on > shown.before.last_due_on
    assert shown.after.lender_rate_bps < shown.before.lender_rate_bps
    assert len(shown.notes) == 3
    assert all(note.after != note.before for note in shown.notes)
    assert shown.after.owed_now == state.outstanding.total


async def test_a_charge_shows_in_what_the_borrower_still_pays(world, loan):
    await world.live(loan, 10)
    charge = loans.ChargeAdded(
        on=today(world), ordinal=0, component=Component.FEE, amount=usd(7)
    )

    shown = await world.db.read(lending.preview_act, loan_id=loan.id, act=charge)

    assert shown.after.fees - shown.before.fees == usd(7)
    assert shown.after.total - shown.before.total == usd(7)


async def test_the_operators_fee_for_a_failed_payment_is_the_operators(world, loan):
    await world.live(loan, 31)
    await world.db.transact(lending.charge_failed_payment, loan_id=loan.id)

    await pay(world, loan, instalment(loan))

    state = await sound(world, loan)
    assert state.allocations[0].fee == usd(5)


WRONG = {
    "future": (
        lambda on: loans.RateChanged(on=on + timedelta(1), ordinal=0, rate_bps=1),
        "on",
    ),
    "before": (
        lambda _: loans.Reamortised(on=date(2026, 1, 1), ordinal=0),
        "on",
    ),
    "currency": (
        lambda on: loans.Waived(
            on=on,
            ordinal=0,
            component=Component.INTEREST,
            amount=Money(40_000, Currency.KHR),
        ),
        "amount",
    ),
    "more": (
        lambda on: loans.Waived(
            on=on, ordinal=0, component=Component.INTEREST, amount=usd(900)
        ),
        "amount",
    ),
    "charge": (lambda on: loans.ChargeCancelled(on=on, ordinal=0, charge=1), "charge"),
    "receipt": (
        lambda on: loans.ChargedBack(
            on=on, ordinal=0, receipt_id="rcpt_x", amount=usd(1)
        ),
        "receipt_id",
    ),
    "instalments": (
        lambda on: loans.PaymentHoliday(on=on, ordinal=0, instalments=0),
        "pauses",
    ),
    "past date": (
        lambda on: loans.DueDateShifted(on=on, ordinal=0, instalment=3, to=on),
        "to",
    ),
    "past instalment": (
        lambda on: loans.DueDateShifted(
            on=on, ordinal=0, instalment=0, to=on + timedelta(days=60)
        ),
        "instalment",
    ),
    "charge above the loan": (
        lambda on: loans.ChargeAdded(
            on=on, ordinal=0, component=Component.FEE, amount=usd(1_000_000)
        ),
        "amount",
    ),
}


async def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_booked(
    world, desk, loan
):
    await world.live(loan, 45)
    before = await world.db.read(lending.list_events, loan_id=loan.id)

    for wrong, field in WRONG.values():
        with pytest.raises(Invalid) as refused:
            await act(world, desk, loan, wrong(today(world)))
        assert refused.value.facts["field"] == field

    after = await world.db.read(lending.list_events, loan_id=loan.id)
    assert len(after) == len(before)
    assert (await world.db.read(approvals.list_pending)).items == []


async def test_a_rate_above_the_cap_is_refused(world, desk, loan):
    with pytest.raises(lending.RateAboveCap) as refused:
        await act(
            world,
            desk,
            loan,
            loans.RateChanged(on=today(world), ordinal=0, rate_bps=2_000),
        )

    assert refused.value.facts["field"] == "rate_bps"


async def test_one_person_does_not_act_alone(world, desk, loan):
    change = loans.RateChanged(on=today(world), ordinal=0, rate_bps=500)

    with pytest.raises(approvals.SamePerson):
        await act(world, (desk[0], desk[0]), loan, change)


async def test_a_proposal_of_something_else_is_not_agreed_to_as_an_act(
    world, desk, loan
):
    one, two = desk
    proposed = await world.db.transact(
        approvals.propose,
        kind="write_off",
        concerns=loan.id,
        request={"kind": "write_off", "loan": loan.id},
        by=one,
        note="lost",
    )

    with pytest.raises(approvals.RequestChanged):
        await world.db.transact(
            lending.approve_act, approval_id=proposed.id, operator_id=two
        )


async def test_a_closed_loan_takes_no_act_and_no_payment(world, desk, loan):
    quote = await world.db.read(lending.quote_payoff, loan_id=loan.id)
    await pay(world, loan, quote.total)
    await world.pay_in(loan.borrower, usd(100))
    change = loans.Reamortised(on=today(world), ordinal=0)
    more = loans.ReceiptReceived(
        on=today(world), ordinal=0, receipt_id="", amount=usd(1)
    )

    for what in (change, more):
        with pytest.raises(lending.LoanNotOpen):
            await act(world, desk, loan, what)


@pytest.mark.parametrize("capitalises", [False, True])
async def test_a_loan_is_restructured_on_a_day_that_brought_a_payment_and_a_charge(
    world, desk, loan, capitalises
):
    await world.live(loan, 31)
    await pay(world, loan, instalment(loan))
    await act(world, desk, loan, CHANGES["charge"](today(world)))
    plan = lending.NewPlan(
        on=today(world),
        rate_bps=300,
        instalments=24,
        first_due_on=today(world) + timedelta(days=31),
        capitalises=capitalises,
    )

    eased = await world.db.read(lending.restructuring, loan_id=loan.id, plan=plan)
    await act(world, desk, loan, eased)

    state = await sound(world, loan)
    assert state.is_forborne
    assert state.outstanding.penalty == usd(7) - state.allocations[-1].penalty
