"""Shares are sold all or nothing, up to a cap, into a register nobody can overdraw."""

from datetime import timedelta

import pytest

from api import laws
from finance import approvals, equity, raising
from finance.equity import ShareClassStatus
from ledger import invariants
from ledger.database import Database
from ledger.errors import NotFound
from ledger.ids import PartyId, new_id
from risk.identity import PartyKind
from tests.journeys.people import World, usd


@pytest.fixture
def world(db: Database, clock) -> World:
    return World(db, clock)


@pytest.fixture
async def operators(world: World):
    return await world.party("One"), await world.party("Two")


@pytest.fixture
async def issuer(world: World):
    return await world.party("Agritech", PartyKind.FIRM)


async def a_class(db, issuer, authorised: int = 1_000):
    return await db.transact(
        equity.create_share_class,
        issuer_id=issuer,
        name="Ordinary",
        price=usd(10),
        authorised=authorised,
    )


async def an_offer(db, share, operators, target=None):
    one, two = operators
    await db.transact(
        equity.review_share_offer,
        share_id=share.id,
        operator_id=one,
        target=target or usd(1_000),
        open_days=10,
        note="",
    )
    return await db.transact(
        equity.approve_share_offer, share_id=share.id, operator_id=two
    )


async def laws_hold(db: Database) -> None:
    assert await db.read(invariants.find_breaches, laws.BOOKS) == []


async def test_a_funded_offer_becomes_shares_and_money(
    world, db, issuer, operators
) -> None:
    share = await a_class(db, issuer)
    offer = await an_offer(db, share, operators)
    people = [await world.lender(f"I{n}", usd(900)) for n in range(2)]
    for person in people:
        await world.pledge(offer, person, usd(600))
    world.clock.advance(timedelta(days=10))
    await db.transact(raising.close_due_offers)

    await db.transact(equity.issue_shares, offer_id=offer.id)
    await db.transact(equity.issue_shares, offer_id=offer.id)
    await world.deliver_payouts()

    holdings = await db.read(equity.list_holdings, share_id=share.id)
    assert sorted(h.units for h in holdings) == [60, 60]
    assert {h.holder for h in holdings} == set(people)
    paid = world.rail.paid_out(usd(1).currency)
    assert paid == usd(1_200) - usd(30)
    await laws_hold(db)


async def test_more_than_the_cap_is_refused(world, db, issuer, operators) -> None:
    share = await a_class(db, issuer)
    offer = await an_offer(db, share, operators)
    rich = await world.lender("Rich", usd(2_000))
    assert offer.cap == usd(1_500)

    with pytest.raises(raising.BeyondTarget):
        await world.pledge(offer, rich, usd(1_510))


async def test_an_offer_of_more_shares_than_are_left_is_refused(
    db, issuer, operators
) -> None:
    share = await a_class(db, issuer, authorised=149)
    with pytest.raises(equity.NotEnoughShares):
        await an_offer(db, share, operators)


async def test_a_target_of_half_shares_is_refused(db, issuer, operators) -> None:
    share = await a_class(db, issuer)
    with pytest.raises(equity.TargetNotWhole):
        await an_offer(db, share, operators, usd(1_005))


async def test_one_person_cannot_offer_shares(db, issuer, operators) -> None:
    one, _ = operators
    share = await a_class(db, issuer)
    with pytest.raises(approvals.SamePerson):
        await an_offer(db, share, (one, one))


async def test_founders_cannot_be_given_more_than_is_authorised(db, issuer) -> None:
    share = await a_class(db, issuer, authorised=10)
    with pytest.raises(Exception, match="10 units are available"):
        await db.transact(
            equity.allot_founders, share_id=share.id, founders=[(issuer, 11)]
        )


async def test_founders_cannot_take_what_an_offer_sells(db, issuer, operators) -> None:
    share = await a_class(db, issuer)
    await an_offer(db, share, operators)

    with pytest.raises(equity.ShareClassNotWaiting):
        await db.transact(
            equity.allot_founders, share_id=share.id, founders=[(issuer, 900)]
        )


async def test_a_founder_is_somebody_we_know(db, issuer, clock) -> None:
    share = await a_class(db, issuer)
    nobody = PartyId(new_id("party", clock.now()))

    with pytest.raises(NotFound):
        await db.transact(
            equity.allot_founders, share_id=share.id, founders=[(nobody, 1)]
        )


async def test_an_issuer_does_not_judge_its_own_offer(db, issuer, operators) -> None:
    one, _ = operators
    share = await a_class(db, issuer)
    for pair in ((issuer, one), (one, issuer)):
        with pytest.raises(approvals.OwnCase):
            await an_offer(db, share, pair)


async def test_a_failed_offer_issues_nothing(world, db, issuer, operators) -> None:
    share = await a_class(db, issuer)
    offer = await an_offer(db, share, operators)
    person = await world.lender("Alone", usd(900))
    await world.pledge(offer, person, usd(600))
    world.clock.advance(timedelta(days=10))
    await db.transact(raising.close_due_offers)

    await db.transact(equity.fail_offer, offer_id=offer.id)

    kept = await db.read(equity.get_share_class, share_id=share.id)
    assert kept.status == ShareClassStatus.FAILED
    assert await db.read(equity.list_holdings, share_id=share.id) == []
    assert await world.available(person) == usd(900)
    await laws_hold(db)
