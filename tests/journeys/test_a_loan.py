"""A whole loan, from the application to the last repayment, by the real functions."""

from datetime import timedelta

import pytest

from api import laws
from finance import approvals, lending, raising
from finance.lending import LoanStatus
from ledger import invariants, statements
from ledger.database import Database
from ledger.errors import NotFound
from ledger.ids import new_id
from ledger.money import Currency, CurrencyMismatch, Money
from risk.identity import PartyKind
from tests.journeys.people import World, usd

pytestmark = pytest.mark.slow


@pytest.fixture
def world(db: Database, clock) -> World:
    return World(db, clock)


@pytest.fixture
async def operators(world: World):
    return await world.party("Op One"), await world.party("Op Two")


@pytest.fixture
async def firm(world: World):
    return await world.party("Rice Mill", PartyKind.FIRM)


async def laws_hold(db: Database) -> None:
    assert await db.read(invariants.find_breaches) == []


async def a_loan(world: World, firm, operators, lenders: int = 3):
    offer = await world.offer(firm, usd(1_000), operators)
    people = [
        await world.lender(f"Lender {n}", usd(1_000), "KH" if n else "FR")
        for n in range(lenders)
    ]
    parts = usd(1_000).split([1] * lenders)
    for person, part in zip(people, parts, strict=True):
        await world.pledge(offer, person, part)
    return await world.fund(offer, firm), people


async def test_a_loan_paid_on_time_returns_every_cent(
    world, db, firm, operators
) -> None:
    loan, people = await a_loan(world, firm, operators)
    schedule = lending.schedule_of(loan)
    for row in schedule.rows:
        await world.live(loan, (row.due_on - world.clock.now().date()).days)
        await world.pay(loan.id, row.payment)
        await world.distribute()
        await laws_hold(db)

    loan = await db.read(lending.get_loan, loan_id=loan.id)
    assert loan.status == LoanStatus.PAID_OFF
    owed = await db.read(lending.owed_by, loan)
    assert not any(owed.values())
    lines = {
        (line.kind, line.asset): line.credits - line.debits
        for line in await db.read(statements.trial_balance)
    }
    assert lines["collections", "USD"] == 0
    assert lines["note.principal", "USD"] == lines["note.interest", "USD"] == 0
    paid = sum([(await world.available(p)).minor for p in people])
    interest = schedule.interest.minor
    assert paid + lines["tax", "USD"] + lines["fees", "USD"] == 300_000 + interest + (
        loan.principal.minor * 250 // 10_000
    )


async def test_one_person_cannot_review_and_approve(world, db, firm, operators) -> None:
    application = await world.application(firm, usd(1_000))
    one, _ = operators
    await db.transact(
        lending.review_application,
        application_id=application.id,
        operator_id=one,
        note="",
    )
    with pytest.raises(approvals.SamePerson):
        await db.transact(
            lending.approve_application,
            application_id=application.id,
            operator_id=one,
            open_days=30,
        )


async def test_another_s_statement_is_as_if_unknown(world, db, firm) -> None:
    application = await world.application(firm, usd(1_000))
    stranger = await world.party("Stranger")

    for statement in (application.statements[0], new_id("stmt", world.clock.now())):
        with pytest.raises(NotFound, match="no such statement"):
            await db.transact(
                lending.submit_application,
                party_id=stranger,
                wanted=lending.LoanRequest(usd(1_000), 12),
                purpose="stock",
                statement_ids=[statement],
            )


async def test_nobody_judges_their_own_loan(world, db, operators) -> None:
    one, two = operators
    application = await world.application(two, usd(1_000))
    asked = {"application_id": application.id}

    with pytest.raises(approvals.OwnCase):
        await db.transact(lending.review_application, **asked, operator_id=two, note="")
    await db.transact(lending.review_application, **asked, operator_id=one, note="")
    with pytest.raises(approvals.OwnCase):
        await db.transact(
            lending.approve_application, **asked, operator_id=two, open_days=30
        )


async def test_nobody_writes_their_own_debt_off(world, db, operators) -> None:
    one, _ = operators
    third = await world.party("Op Three")
    loan, _ = await a_loan(world, third, operators)
    await world.live(loan, 130)

    with pytest.raises(approvals.OwnCase):
        await db.transact(
            lending.propose_write_off, loan_id=loan.id, operator_id=third, note=""
        )
    proposed = await db.transact(
        lending.propose_write_off, loan_id=loan.id, operator_id=one, note=""
    )
    with pytest.raises(approvals.OwnCase):
        await db.transact(
            lending.approve_write_off, approval_id=proposed.id, operator_id=third
        )


async def test_a_dollar_loan_is_not_paid_in_riel(world, db, firm, operators) -> None:
    loan, _ = await a_loan(world, firm, operators)

    with pytest.raises(CurrencyMismatch):
        await db.transact(
            lending.repay,
            loan_id=loan.id,
            party_id=firm,
            amount=Money(400_000, Currency.KHR),
        )


async def test_a_late_instalment_costs_a_fee_once_and_lenders_get_it(
    world, db, firm, operators
) -> None:
    loan, _ = await a_loan(world, firm, operators)
    first = lending.schedule_of(loan).rows[0]
    await world.live(loan, 45)
    state = await db.read(lending.loan_state, loan_id=loan.id)
    assert state.outstanding.penalty.minor > 0
    fee = state.outstanding.penalty

    await world.pay(loan.id, first.payment + fee)
    await world.distribute()

    owed = await db.read(lending.owed_by, loan)
    assert owed[lending.Claim.FEES].minor == 0
    await laws_hold(db)


async def test_a_distribution_asked_for_twice_happens_once(
    world, db, firm, operators
) -> None:
    loan, people = await a_loan(world, firm, operators)
    await world.pay(loan.id, usd(50))
    receipt_id = (await db.read(lending.list_waiting_receipts))[0]
    await db.transact(lending.distribute, receipt_id=receipt_id)
    before = [await world.available(p) for p in people]

    await db.transact(lending.distribute, receipt_id=receipt_id)

    assert [await world.available(p) for p in people] == before
    await laws_hold(db)


async def test_a_loan_paid_off_early_is_charged_interest_to_the_day(
    world, db, firm, operators
) -> None:
    loan, _ = await a_loan(world, firm, operators)
    await world.live(loan, 40)
    quote = await db.read(lending.quote_payoff, loan_id=loan.id)

    await world.pay(loan.id, quote.total + usd(3))
    await world.distribute()

    loan = await db.read(lending.get_loan, loan_id=loan.id)
    assert loan.status == LoanStatus.PAID_OFF
    assert not any((await db.read(lending.owed_by, loan)).values())
    assert (await world.available(firm)) == usd(3)
    await laws_hold(db)


async def test_a_loss_is_written_off_by_two_and_a_recovery_finds_its_owners(
    world, db, firm, operators
) -> None:
    one, two = operators
    loan, people = await a_loan(world, firm, operators)
    with pytest.raises(lending.WriteOffTooEarly):
        await db.transact(
            lending.propose_write_off, loan_id=loan.id, operator_id=one, note=""
        )
    await world.live(loan, 130)
    approval = await db.transact(
        lending.propose_write_off, loan_id=loan.id, operator_id=one, note="gone"
    )
    with pytest.raises(approvals.SamePerson):
        await db.transact(
            lending.approve_write_off, approval_id=approval.id, operator_id=one
        )
    await db.transact(
        lending.approve_write_off, approval_id=approval.id, operator_id=two
    )
    assert not any((await db.read(lending.owed_by, loan)).values())
    before = sum([(await world.available(p)).minor for p in people])
    await laws_hold(db)

    world.clock.advance(timedelta(days=30))
    await world.pay(loan.id, usd(250))
    await world.distribute()

    after = sum([(await world.available(p)).minor for p in people])
    assert after - before == 25_000
    assert not any((await db.read(lending.owed_by, loan)).values())
    await laws_hold(db)


async def test_a_short_offer_lets_every_pledge_go(world, db, firm, operators) -> None:
    offer = await world.offer(firm, usd(1_000), operators)
    lender = await world.lender("Only", usd(500))
    await world.pledge(offer, lender, usd(400))
    world.clock.advance(timedelta(days=31))

    await db.transact(raising.close_due_offers)
    await db.transact(lending.fail_application, offer_id=offer.id)

    assert await world.available(lender) == usd(500)
    await laws_hold(db)


async def test_only_the_borrower_accepts_and_only_the_bytes_that_were_shown(
    world, db, firm, operators
) -> None:
    offer = await world.offer(firm, usd(1_000), operators)
    lender = await world.lender("All", usd(1_000))
    await world.pledge(offer, lender, usd(1_000))
    world.clock.advance(timedelta(days=5))
    await db.transact(raising.close_due_offers)
    loan = await db.transact(lending.form_loan, offer_id=offer.id)
    with pytest.raises(lending.DocumentChanged):
        await db.transact(
            lending.accept_agreement,
            loan_id=loan.id,
            party_id=firm,
            document_hash=b"x" * 32,
        )
    document = await db.read(lending.get_agreement, loan_id=loan.id)
    assert b"Rice Mill" in document.document


async def test_a_borrower_who_never_accepts_keeps_nobodys_money(
    world, db, firm, operators
) -> None:
    offer = await world.offer(firm, usd(1_000), operators)
    lenders = [await world.lender(f"L{n}", usd(600)) for n in range(2)]
    for lender in lenders:
        await world.pledge(offer, lender, usd(500))
    world.clock.advance(timedelta(days=5))
    await db.transact(raising.close_due_offers)
    loan = await db.transact(lending.form_loan, offer_id=offer.id)
    world.clock.advance(timedelta(days=13))
    assert await db.read(lending.list_unsigned) == []
    with pytest.raises(lending.SignatureStillOpen):
        await db.transact(lending.let_lapse, loan_id=loan.id)

    world.clock.advance(timedelta(days=1))
    for loan_id in await db.read(lending.list_unsigned):
        await db.transact(lending.let_lapse, loan_id=loan_id)

    assert [await world.available(lender) for lender in lenders] == [usd(600)] * 2
    document = await db.read(lending.get_agreement, loan_id=loan.id)
    with pytest.raises(lending.LoanNotOpen):
        await db.transact(
            lending.accept_agreement,
            loan_id=loan.id,
            party_id=firm,
            document_hash=document.sha256,
        )
    assert await db.read(invariants.find_breaches, laws.BOOKS) == []
