import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from finance import raising
from finance.raising import OfferStatus, PledgeStatus, Product
from ledger import accounts, balances
from ledger.clock import StoppedClock
from ledger.database import UnitOfWork
from ledger.ids import AccountId
from ledger.money import Currency, Money
from ledger.outbox import EventRow


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


async def _escrow(market: Any, offer: raising.Offer) -> balances.Balance:
    found: balances.Balance = await market.db.read(
        balances.get, AccountId(offer.escrow)
    )
    return found


async def _told(market: Any, offer: raising.Offer) -> list[str]:
    """Return the types of the events about an offer, in order."""

    async def look(uow: UnitOfWork) -> list[str]:
        types = await uow.session.scalars(
            select(EventRow.type)
            .where(EventRow.subject == offer.id)
            .order_by(EventRow.id)
        )
        return list(types)

    told: list[str] = await market.db.read(look)
    return told


async def test_a_funded_offer_captures_every_pledge(market: Any, world: Any) -> None:
    offer = await market.offer()
    lenders = [await market.lend(offer, minor) for minor in (20_000, 30_000, 50_000)]
    market.days(4)

    closed = await market.close(offer)

    assert closed.status == OfferStatus.FUNDED
    escrow = await _escrow(market, offer)
    assert (escrow.posted, escrow.pending_in) == (100_000, 0)
    assert [(await world.purse(party)).posted for party in lenders] == [usd(0)] * 3
    captured = await market.db.read(raising.list_captured, offer_id=offer.id)
    assert [pledge.amount_minor for pledge in captured] == [20_000, 30_000, 50_000]
    await world.require_sound_books()


async def test_an_offer_short_of_its_target_lets_every_pledge_go(
    market: Any, world: Any
) -> None:
    offer = await market.offer()
    lender = await market.lend(offer, 99_999)
    market.days(10)

    closed = await market.close(offer)

    assert closed.status == OfferStatus.FAILED
    assert (await world.purse(lender)).available == usd(99_999)
    assert await _escrow(market, offer) == balances.Balance(0, 0, 0, 0)
    assert await market.db.read(raising.list_captured, offer_id=offer.id) == []


async def test_a_running_offer_is_not_closed(market: Any) -> None:
    offer = await market.offer()
    await market.lend(offer, 99_000)
    market.days(9)

    with pytest.raises(raising.OfferStillRunning):
        await market.close(offer)


async def test_a_full_offer_waits_for_the_last_time_to_think(market: Any) -> None:
    offer = await market.offer()
    await market.lend(offer, 60_000)
    market.days(2)
    await market.lend(offer, 40_000)
    market.days(3)

    with pytest.raises(raising.ReflectionRunning):
        await market.close(offer)
    market.days(1)

    assert (await market.close(offer)).status == OfferStatus.FUNDED


async def test_a_withdrawal_after_the_deadline_can_still_fail_an_offer(
    market: Any, world: Any
) -> None:
    offer = await market.offer()
    await market.lend(offer, 60_000)
    market.days(9)
    party = await world.party(40_000)
    pledge = await market.pledge(offer, party, 40_000)
    market.days(1)
    with pytest.raises(raising.ReflectionRunning):
        await market.close(offer)

    await market.db.transact(
        raising.withdraw_pledge, pledge_id=pledge.id, party_id=party
    )

    assert (await market.close(offer)).status == OfferStatus.FAILED


async def test_closing_twice_captures_once(market: Any, world: Any) -> None:
    offer = await market.offer()
    await market.lend(offer, 100_000)
    market.days(4)

    await asyncio.gather(*(market.close(offer) for _ in range(8)))

    assert (await _escrow(market, offer)).posted == 100_000
    assert await _told(market, offer) == ["offer.opened", "offer.funded"]
    await world.require_sound_books()


async def test_the_timer_closes_what_is_certain_and_nothing_else(
    market: Any, clock: StoppedClock
) -> None:
    full = await market.offer()
    await market.lend(full, 100_000)
    reflecting = await market.offer(deadline_at=clock.now() + timedelta(days=5))
    short = await market.offer(deadline_at=clock.now() + timedelta(days=5))
    running = await market.offer()
    market.days(4)
    await market.lend(reflecting, 100_000)
    market.days(1)

    closed = await market.db.transact(raising.close_due_offers)

    assert sorted(closed) == sorted([full.id, short.id])
    assert (await market.look(reflecting)).is_open
    assert (await market.look(running)).is_open
    assert await market.db.transact(raising.close_due_offers) == []


async def test_an_offer_that_cannot_end_does_not_keep_others_from_ending(
    market: Any, world: Any
) -> None:
    stuck, free = await market.offer(), await market.offer()
    lenders = [await market.lend(stuck, 50_000) for _ in range(2)]
    await market.lend(free, 100_000)
    market.days(4)
    account = AccountId((await world.purse(lenders[1])).wallet.account)
    await market.db.transact(accounts.freeze, account, accounts.Freeze.ALL)

    assert await market.db.transact(raising.close_due_offers) == [free.id]
    assert (await market.look(stuck)).is_open
    assert await _told(market, stuck) == ["offer.opened"]
    await world.require_sound_books()
    await market.db.transact(accounts.freeze, account, accounts.Freeze.NONE)

    assert await market.db.transact(raising.close_due_offers) == [stuck.id]
    await world.require_sound_books()


async def _told_of(uow: UnitOfWork, *, subject: str) -> str:
    """Return what the audit log will say of a thing, all in one text."""
    rows = await uow.session.scalars(
        select(EventRow.data).where(EventRow.subject == subject)
    )
    return str(list(rows))


async def test_a_cancelled_offer_lets_every_pledge_go(market: Any, world: Any) -> None:
    offer = await market.offer()
    lender = await market.lend(offer, 70_000)

    await market.db.transact(
        raising.cancel_offer, offer_id=offer.id, reason="papers were false"
    )

    assert (await world.purse(lender)).available == usd(70_000)
    assert "papers" not in await market.db.read(_told_of, subject=offer.id)
    with pytest.raises(raising.OfferNotOpen):
        await market.lend(offer, 1_000)
    with pytest.raises(raising.OfferNotOpen):
        await market.db.transact(
            raising.cancel_offer, offer_id=offer.id, reason="again"
        )


async def test_an_overfunded_offer_captures_all_of_it(market: Any) -> None:
    offer = await market.offer(
        product=Product.EQUITY, step=usd(1_000), cap=usd(140_000)
    )
    await market.lend(offer, 100_000)
    await market.lend(offer, 20_000)
    market.days(10)

    await market.close(offer)

    assert (await _escrow(market, offer)).posted == 120_000


async def test_every_pledge_ends_in_exactly_one_way(market: Any, world: Any) -> None:
    offer = await market.offer()
    stays = await world.party(100_000)
    leaves = await world.party(50_000)
    held = await market.pledge(offer, stays, 100_000 - 50_000)
    gone = await market.pledge(offer, leaves, 50_000)
    await market.db.transact(
        raising.withdraw_pledge, pledge_id=gone.id, party_id=leaves
    )
    await market.pledge(offer, stays, 50_000)
    market.days(10)

    await market.close(offer)

    ends = {
        (await market.db.read(raising.get_pledge, pledge_id=p.id, party_id=who)).status
        for p, who in ((held, stays), (gone, leaves))
    }
    assert ends == {PledgeStatus.CAPTURED, PledgeStatus.WITHDRAWN}
