"""Sixty-four clients race for the last units of an offer, over HTTP."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from api.auth import Role
from finance import raising
from ledger import invariants
from risk.identity import PartyKind
from tests.journeys.people import usd
from tests.survival.server import Server

CLIENTS = 64
RACES = 20
UNITS = 100
# The server closes what is idle for five seconds; a client must let go before.
LIMITS = httpx.Limits(max_connections=CLIENTS, keepalive_expiry=1)

pytestmark = pytest.mark.slow


@pytest.mark.timeout(300)
async def test_raised_equals_the_target_in_every_race(
    db, world, server: Server, key_of
) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    operators = await world.party("One"), await world.party("Two")
    lenders = [await world.lender(f"L{n}", usd(400)) for n in range(CLIENTS)]
    keys = [await key_of(lender, Role.LENDER) for lender in lenders]
    world.clock.advance(timedelta(days=5, hours=20))
    offers = [await world.offer(firm, usd(1_000), operators) for _ in range(RACES)]
    server.start()

    async with httpx.AsyncClient(
        base_url=server.address, timeout=60, limits=LIMITS
    ) as client:
        for number, offer in enumerate(offers):
            answers = await asyncio.gather(
                *(pledge(client, key, offer.id, f"race-{number}") for key in keys)
            )
            assert answers.count(201) == UNITS // 2, answers
            assert set(answers) <= {201, 409}

    for offer in offers:
        kept = await db.read(raising.get_offer, offer_id=offer.id)
        assert kept.pledged == usd(1_000)
    for lender in lenders:
        assert (await world.available(lender)).minor >= 0
    assert await db.read(invariants.find_breaches) == []


async def pledge(
    client: httpx.AsyncClient, key: dict[str, str], offer_id: str, race: str
) -> int:
    """Pledge two units of ten dollars: fifty of the sixty-four find room."""
    answer = await client.post(
        f"/v1/offers/{offer_id}/pledges",
        json={"amount": {"minor": 2_000, "currency": "USD"}},
        headers={**key, "Idempotency-Key": race},
    )
    return answer.status_code
