"""The server is killed at random while money moves; nothing is lost or done twice."""

import asyncio
import random
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from api import laws
from api.auth import Role
from finance import lending
from finance.lending import Loan, LoanStatus, Note, Receipt, ReceiptStatus
from finance.wallets import Payout
from ledger import invariants
from ledger.database import Database, UnitOfWork
from risk.identity import PartyKind
from tests.journeys.people import World, usd
from tests.survival.server import Server

KILLS = 20
LENDERS = 6
SETTLE_SECONDS = 40
# What a killed server had begun is taken up when its lease has passed.
LEASES_OVER = timedelta(minutes=5)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def many_full_offers(world: World, count: int):
    firm = await world.party("Firm", PartyKind.FIRM)
    operators = await world.party("One"), await world.party("Two")
    lenders = [await world.lender(f"L{n}", usd(30_000)) for n in range(LENDERS)]
    offers = []
    for _ in range(count):
        offer = await world.offer(firm, usd(1_001), operators)
        parts = usd(1_001).split([1] * LENDERS)
        for lender, part in zip(lenders, parts, strict=True):
            await world.pledge(offer, lender, part)
        offers.append(offer)
    return firm, offers


async def count(db: Database, table, *where) -> int:
    async def ask(uow: UnitOfWork) -> int:
        query = select(func.count()).select_from(table).where(*where)
        return await uow.session.scalar(query)

    return await db.read(ask)


async def until(condition) -> None:
    end = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while not await condition():
        assert asyncio.get_running_loop().time() < end, "it did not settle in time"
        await asyncio.sleep(0.1)


async def laws_hold(db: Database) -> None:
    assert await db.read(invariants.find_breaches, laws.BOOKS) == []


async def test_funding_survives_twenty_kills(db, world, server: Server, key_of) -> None:
    luck = random.Random(11)
    firm, offers = await many_full_offers(world, KILLS)
    key = await key_of(firm, Role.SME)
    for _ in range(KILLS):
        server.start(wait=False)
        await asyncio.sleep(luck.uniform(0.05, 0.6))
        server.kill()
        await laws_hold(db)
    server.ahead += LEASES_OVER
    server.start()
    await until(lambda: all_made(db, len(offers)))
    server.kill()

    await accept_all(db, server, key, luck)

    assert await count(db, Loan) == len(offers)
    assert await count(db, Note) == len(offers) * LENDERS
    assert await count(db, Payout) == len(offers)
    active = Loan.status == LoanStatus.ACTIVE.value
    assert await count(db, Loan, active) == len(offers)
    await laws_hold(db)


async def all_made(db: Database, expected: int) -> bool:
    return await count(db, Loan) == expected


async def accept_all(db: Database, server: Server, key, luck: random.Random) -> None:
    """Accept every agreement; the server dies at a random moment of each."""
    loans = (await db.read(lending.list_loans, limit=100)).items
    for number, loan in enumerate(loans):
        document = await db.read(lending.get_agreement, loan_id=loan.id)
        body = {"document_sha256": document.sha256.hex()}
        path, headers = f"/v1/loans/{loan.id}/accept", {**key, **keyed(number)}
        await die_during(server, path, body, headers, luck)
        server.start()
        answer = await post(server, path, body, headers)
        assert answer.status_code == 200, answer.text
        server.kill()


async def test_distribution_survives_twenty_kills(
    db, world, server: Server, key_of
) -> None:
    luck = random.Random(12)
    firm, offers = await many_full_offers(world, 2)
    server.ahead = timedelta(days=10)  # each funding lets five days pass
    loans = [await world.fund(offer, firm) for offer in offers]
    await world.pay_in(firm, usd(5_000))
    key = await key_of(firm, Role.SME)
    before = await world.available(firm)
    for number in range(KILLS):
        path = f"/v1/loans/{loans[number % 2].id}/repayments"
        body = {"amount": {"minor": 3_333 + number, "currency": "USD"}}
        headers = {**key, **keyed(number)}
        await die_during(server, path, body, headers, luck)
        server.start()
        answer = await post(server, path, body, headers)
        assert answer.status_code == 201, answer.text
        await asyncio.sleep(luck.uniform(0, 0.4))
        server.kill()
        await laws_hold(db)
    server.ahead += LEASES_OVER
    server.start()
    waiting = Receipt.status == ReceiptStatus.RECEIVED.value
    await until(lambda: none_left(db, waiting))
    server.kill()

    assert await count(db, Receipt) == KILLS
    paid = sum(3_333 + number for number in range(KILLS))
    assert (before - await world.available(firm)).minor == paid
    await laws_hold(db)


async def none_left(db: Database, waiting) -> bool:
    return await count(db, Receipt, waiting) == 0


def keyed(number: int) -> dict[str, str]:
    return {"Idempotency-Key": f"kill-{number}"}


async def post(server: Server, path: str, body, headers) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.address, timeout=30) as client:
        return await client.post(path, json=body, headers=headers)


async def die_during(server: Server, path, body, headers, luck: random.Random) -> None:
    """Send a command and kill the server somewhere in the middle of it."""
    server.start()
    sent = asyncio.create_task(post(server, path, body, headers))
    await asyncio.sleep(luck.uniform(0, 0.05))
    server.kill()
    await asyncio.gather(sent, return_exceptions=True)
