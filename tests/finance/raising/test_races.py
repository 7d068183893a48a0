import asyncio
from typing import Any

import pytest

from finance import raising
from finance.raising import OfferStatus
from ledger.errors import Refusal
from ledger.money import Currency, Money

RACERS = 64


def usd(minor: int) -> Money:
    return Money(minor, Currency.USD)


@pytest.mark.slow
async def test_sixty_four_racing_for_the_last_units_raise_exactly_the_target(
    market: Any, world: Any
) -> None:
    offer = await market.offer(target=20_000)
    lenders = [await world.party(1_500) for _ in range(RACERS)]

    answers = await asyncio.gather(
        *(market.pledge(offer, lender, 1_000) for lender in lenders),
        return_exceptions=True,
    )

    placed = [a for a in answers if isinstance(a, raising.Pledge)]
    refused = [a for a in answers if isinstance(a, Refusal)]
    assert len(placed) == 20
    assert len(placed) + len(refused) == RACERS
    assert {type(a) for a in refused} == {raising.OfferFull}
    assert (await market.look(offer)).pledged == usd(20_000)
    await world.require_sound_books()
    for lender in lenders:
        assert (await world.purse(lender)).available in (usd(500), usd(1_500))


async def test_one_lender_racing_itself_pledges_no_more_than_it_has(
    market: Any, world: Any
) -> None:
    offers = [await market.offer(target=20_000) for _ in range(4)]
    lender = await world.party(5_000)

    answers = await asyncio.gather(
        *(market.pledge(offers[n % 4], lender, 1_000) for n in range(16)),
        return_exceptions=True,
    )

    assert sum(isinstance(a, raising.Pledge) for a in answers) == 5
    assert (await world.purse(lender)).available == usd(0)


@pytest.mark.slow
async def test_withdrawing_and_closing_at_once_end_a_pledge_one_way(
    market: Any, world: Any
) -> None:
    for _ in range(10):
        offer = await market.offer(target=20_000)
        lender = await world.party(20_000)
        pledge = await market.pledge(offer, lender, 20_000)

        async def cancel(offer: raising.Offer = offer) -> object:
            return await market.db.transact(
                raising.cancel_offer, offer_id=offer.id, reason="race"
            )

        async def withdraw(
            pledge: raising.Pledge = pledge, lender: Any = lender
        ) -> object:
            return await market.db.transact(
                raising.withdraw_pledge, pledge_id=pledge.id, party_id=lender
            )

        answers = await asyncio.gather(
            cancel(),
            withdraw(),
            market.pledge(offer, lender, 1_000),
            return_exceptions=True,
        )

        trouble = [a for a in answers if isinstance(a, Exception)]
        assert all(isinstance(a, Refusal) for a in trouble), trouble
        assert (await market.look(offer)).status == OfferStatus.CANCELLED
        assert (await world.purse(lender)).available == usd(20_000)
    await world.require_sound_books()
