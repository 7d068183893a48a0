"""What a loan of many lenders costs the database does not grow with their number."""

import pytest

from finance import lending
from ledger import invariants
from ledger.ids import PartyId
from risk.identity import PartyKind
from tests.counting import counted
from tests.finance.lending.many import pledge_many
from tests.journeys.people import World, usd


@pytest.fixture
def world(db, clock):
    return World(db, clock)


async def a_loan(world: World, lenders: int) -> tuple[lending.Loan, list[PartyId]]:
    firm = await world.party("Firm", PartyKind.FIRM)
    desk = (await world.party("One"), await world.party("Two"))
    offer = await world.offer(firm, usd(2_000), desk)
    parties = await pledge_many(world, offer, lenders)
    loan = await world.fund(offer, firm)
    await world.live(loan, 31)
    await world.pay_in(firm, usd(500))
    return loan, parties


async def share_out(world: World, loan: lending.Loan) -> int:
    """Distribute a receipt; return how many statements that took."""
    receipt = await world.db.transact(
        lending.repay,
        loan_id=loan.id,
        party_id=PartyId(loan.borrower),
        amount=usd(190),
    )
    with counted(world.db) as statements:
        await world.db.transact(lending.distribute, receipt_id=receipt.id)
    return len(statements)


@pytest.mark.slow
async def test_a_receipt_takes_as_many_statements_for_forty_lenders_as_for_three(world):
    few, _ = await a_loan(world, 3)
    many, _ = await a_loan(world, 40)

    await share_out(world, few)  # the first receipt opens the platform's accounts

    assert await share_out(world, many) == await share_out(world, few)
    assert await world.db.read(invariants.find_breaches) == []


@pytest.mark.slow
async def test_a_portfolio_takes_as_many_statements_for_three_notes_as_for_one(world):
    lender = await world.lender("Dara", usd(1_800))
    await _lend(world, lender)
    with counted(world.db) as of_one:
        (before,) = await world.db.read(lending.portfolio, lender_id=lender)
    for _ in range(2):
        await _lend(world, lender)

    with counted(world.db) as of_three:
        (after,) = await world.db.read(lending.portfolio, lender_id=lender)

    assert len(before.positions) == 1
    assert len(after.positions) == 3
    assert len(of_three) == len(of_one)


async def _lend(world: World, lender: PartyId) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    desk = (await world.party("One"), await world.party("Two"))
    offer = await world.offer(firm, usd(600), desk)
    await world.pledge(offer, lender, usd(600))
    await world.fund(offer, firm)
