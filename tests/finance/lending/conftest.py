"""A running loan of three lenders, and the two operators who act on it."""

import pytest

from risk.identity import PartyKind
from tests.journeys.people import World, usd


@pytest.fixture
def world(db, clock):
    return World(db, clock)


@pytest.fixture
async def desk(world):
    return await world.party("Op One"), await world.party("Op Two")


@pytest.fixture
async def loan(world, desk):
    """A thousand dollars of three lenders, one of them abroad."""
    firm = await world.party("Rice Mill", PartyKind.FIRM)
    offer = await world.offer(firm, usd(1_000), desk)
    for part, country in zip(
        usd(1_000).split([5, 3, 2]), ("KH", "FR", "KH"), strict=True
    ):
        lender = await world.lender(country, usd(1_000), country)
        await world.pledge(offer, lender, part)
    return await world.fund(offer, firm)
