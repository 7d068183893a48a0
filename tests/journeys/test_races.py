"""Two people press at the same moment: each act happens once, and the books agree."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from api import laws
from finance import lending, raising
from finance.lending import LoanStatus
from ledger import invariants
from ledger.database import Database
from ledger.errors import Refusal
from risk.identity import PartyKind
from tests.journeys.people import World, usd

AT_ONCE = 4

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


@pytest.fixture
async def offer(world: World, firm, operators) -> raising.Offer:
    """A full offer of a thousand dollars."""
    offer = await world.offer(firm, usd(1_000), operators)
    for number in range(2):
        lender = await world.lender(f"Lender {number}", usd(500))
        await world.pledge(offer, lender, usd(500))
    return offer


async def outcomes(*acts: Awaitable[Any]) -> list[str]:
    """Do acts at once; tell how each ended, and let nothing but a refusal pass."""
    ended = await asyncio.gather(*acts, return_exceptions=True)
    for one in ended:
        if isinstance(one, BaseException) and not isinstance(one, Refusal):
            raise one
    return sorted(one.code if isinstance(one, Refusal) else "done" for one in ended)


async def laws_hold(db: Database) -> None:
    assert await db.read(invariants.find_breaches, laws.BOOKS) == []


async def test_an_offer_closed_by_many_makes_one_loan_paid_out_once(
    world, db, firm, offer
) -> None:
    world.clock.advance(timedelta(days=5))

    await outcomes(
        *(db.transact(raising.close_offer, offer_id=offer.id) for _ in range(AT_ONCE))
    )
    await outcomes(
        *(db.transact(lending.form_loan, offer_id=offer.id) for _ in range(AT_ONCE))
    )
    loan = await db.transact(lending.form_loan, offer_id=offer.id)
    document = await db.read(lending.get_agreement, loan_id=loan.id)
    accepted = await outcomes(
        *(
            db.transact(
                lending.accept_agreement,
                loan_id=loan.id,
                party_id=firm,
                document_hash=document.sha256,
            )
            for _ in range(AT_ONCE)
        )
    )
    await world.deliver_payouts()

    assert accepted == ["done"] + ["loan_not_open"] * (AT_ONCE - 1)
    assert world.rail.paid_out(usd(1).currency) == usd(975)
    await laws_hold(db)


async def test_a_loan_paid_off_twice_at_once_takes_the_money_once(
    world, db, firm, offer
) -> None:
    loan = await world.fund(offer, firm)
    await world.live(loan, 20)
    quote = await db.read(lending.quote_payoff, loan_id=loan.id)
    await world.pay_in(firm, quote.total + quote.total)

    await outcomes(
        *(
            db.transact(
                lending.repay, loan_id=loan.id, party_id=firm, amount=quote.total
            )
            for _ in range(2)
        )
    )
    receipts = await db.read(lending.list_waiting_receipts)
    await outcomes(
        *(
            db.transact(lending.distribute, receipt_id=receipt)
            for receipt in receipts
            for _ in range(2)
        )
    )

    paid = await db.read(lending.get_loan, loan_id=loan.id)
    assert paid.status == LoanStatus.PAID_OFF
    assert await world.available(firm) == quote.total
    assert not any((await db.read(lending.owed_by, paid)).values())
    await laws_hold(db)


async def test_a_write_off_and_a_repayment_at_once_lose_no_cent(
    world, db, firm, offer, operators
) -> None:
    one, two = operators
    loan = await world.fund(offer, firm)
    await world.live(loan, 130)
    await world.pay_in(firm, usd(50))
    proposed = await db.transact(
        lending.propose_write_off, loan_id=loan.id, operator_id=one, note=""
    )
    approve = {"approval_id": proposed.id, "operator_id": two}

    ended = await outcomes(
        db.transact(lending.repay, loan_id=loan.id, party_id=firm, amount=usd(50)),
        *(db.transact(lending.approve_write_off, **approve) for _ in range(AT_ONCE)),
    )
    await world.distribute()

    assert ended.count("done") in {1, 2}
    assert set(ended) <= {"done", "loan_not_open", "write_off_too_early"}
    assert not (await world.available(firm)).minor
    await laws_hold(db)
