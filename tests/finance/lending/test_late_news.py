"""Receipts dated back or taken back: the difference moves, nothing is rewritten."""

from contracts import loan as loans
from finance import lending, wallets
from finance.lending import LoanStatus
from tests.finance.lending.acting import (
    act,
    empty,
    instalment,
    owed_back,
    pay,
    sound,
    today,
)
from tests.journeys.people import usd


async def test_a_receipt_taken_back_leaves_the_loan_as_if_it_had_never_come(
    world, desk, loan
):
    await world.live(loan, 31)
    await pay(world, loan, instalment(loan))
    (receipt,) = await world.db.read(lending.list_receipts, loan_id=loan.id)
    await world.live(loan, 5)
    await act(
        world,
        desk,
        loan,
        loans.ChargedBack(
            on=today(world), ordinal=0, receipt_id=receipt.id, amount=receipt.amount
        ),
    )

    state = await sound(world, loan)

    assert state.outstanding.principal == loan.principal
    assert not state.allocations[0].total
    assert state.days_past_due > 0


async def test_who_withdrew_owes_back_and_the_next_money_goes_there_first(
    world, desk, loan
):
    await world.live(loan, 31)
    await pay(world, loan, instalment(loan))
    (receipt,) = await world.db.read(lending.list_receipts, loan_id=loan.id)
    notes = await world.db.read(lending.list_notes, loan_id=loan.id)
    rich = notes[0].lender
    left = await empty(world, rich)
    await act(
        world,
        desk,
        loan,
        loans.ChargedBack(
            on=today(world), ordinal=0, receipt_id=receipt.id, amount=receipt.amount
        ),
    )
    await sound(world, loan)
    owed = await owed_back(world)
    held = await world.available(rich)

    await pay(world, loan, instalment(loan))

    await sound(world, loan)
    assert left.minor > 0
    assert owed > 0
    assert not held
    assert await owed_back(world) == 0


async def test_a_charge_back_opens_a_loan_that_was_paid_off(world, desk, loan):
    await world.live(loan, 10)
    quote = await world.db.read(lending.quote_payoff, loan_id=loan.id)
    await pay(world, loan, quote.total + usd(3))
    (receipt,) = await world.db.read(lending.list_receipts, loan_id=loan.id)
    closed = await world.db.read(lending.get_loan, loan_id=loan.id)

    await act(
        world,
        desk,
        loan,
        loans.ChargedBack(
            on=today(world), ordinal=0, receipt_id=receipt.id, amount=usd(500)
        ),
    )

    again = await world.db.read(lending.get_loan, loan_id=loan.id)
    assert (closed.status, again.status) == (LoanStatus.PAID_OFF, LoanStatus.ACTIVE)
    state = await sound(world, loan)
    assert state.allocations[0].total == quote.total + usd(3) - usd(500)


async def test_days_of_a_loan_paid_off_are_counted_by_what_is_known_since(
    world, desk, loan
):
    await world.live(loan, 10)
    quote = await world.db.read(lending.quote_payoff, loan_id=loan.id)
    await pay(world, loan, quote.total)
    (receipt,) = await world.db.read(lending.list_receipts, loan_id=loan.id)
    await world.live(loan, 9)

    await act(
        world,
        desk,
        loan,
        loans.ChargedBack(
            on=today(world), ordinal=0, receipt_id=receipt.id, amount=receipt.amount
        ),
    )

    state = await sound(world, loan)
    assert state.status is loans.Status.ACTIVE


async def test_money_paid_in_time_and_heard_of_late_costs_no_fee(world, desk, loan):
    await world.live(loan, 31)
    payment_id = world.rail.receive(loan.id, instalment(loan))
    payment = await world.rail.look_up_payment(payment_id)
    await world.live(loan, 12)
    late = await sound(world, loan)
    await pay(world, loan, usd(10))
    deposit = await world.db.transact(wallets.record_deposit, payment=payment)
    await world.db.transact(
        lending.record_payment,
        loan_id=loan.id,
        deposit_id=deposit.id,
        amount=deposit.amount,
    )

    state = await sound(world, loan)

    assert late.outstanding.penalty.minor > 0
    assert not state.outstanding.penalty
    assert state.days_past_due == 0
    first = min(state.allocations, key=lambda one: one.on)
    assert not first.penalty


async def test_a_receipt_dated_back_by_two_people_comes_from_the_wallet(
    world, desk, loan
):
    await world.live(loan, 40)
    await world.pay_in(loan.borrower, usd(200))
    paid_on = lending.schedule_of(loan).rows[0].due_on
    asked = loans.ReceiptReceived(
        on=paid_on, ordinal=0, receipt_id="", amount=instalment(loan)
    )

    await act(world, desk, loan, asked)

    state = await sound(world, loan)
    assert state.allocations[0].on == paid_on
    assert not state.outstanding.penalty


async def test_the_past_of_a_loan_written_off_can_still_change(world, desk, loan):
    await world.live(loan, 31)
    await pay(world, loan, instalment(loan))
    (receipt,) = await world.db.read(lending.list_receipts, loan_id=loan.id)
    await world.live(loan, 140)
    one, two = desk
    lost = await world.db.transact(
        lending.propose_write_off, loan_id=loan.id, operator_id=one, note="gone"
    )
    await world.db.transact(
        lending.approve_write_off, approval_id=lost.id, operator_id=two
    )
    await pay(world, loan, usd(40))
    before = await sound(world, loan)

    await act(
        world,
        desk,
        loan,
        loans.ChargedBack(
            on=today(world), ordinal=0, receipt_id=receipt.id, amount=usd(20)
        ),
    )
    after = await sound(world, loan)
    await pay(world, loan, usd(2_000))
    end = await sound(world, loan)

    assert after.written_off.total - before.written_off.total == usd(20)
    assert not end.written_off.total
