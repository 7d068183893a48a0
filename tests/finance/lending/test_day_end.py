"""A day is counted once, by however many workers, however often, whatever falls over."""

import asyncio
from datetime import timedelta

import pytest

from finance import lending
from finance.lending import Claim
from ledger import invariants
from ledger.database import UnitOfWork
from risk.identity import PartyKind
from tests.finance.lending.many import pledge_many
from tests.journeys.people import World, usd

LATE_DAYS = 40  # one instalment missed beyond its grace


@pytest.fixture
def world(db, clock):
    return World(db, clock)


async def a_loan(world: World) -> lending.Loan:
    firm = await world.party("Firm", PartyKind.FIRM)
    desk = (await world.party("One"), await world.party("Two"))
    offer = await world.offer(firm, usd(2_000), desk)
    await pledge_many(world, offer, 3)
    return await world.fund(offer, firm)


async def count(world: World, loan: lending.Loan) -> None:
    await world.db.transact(lending.count_day, loan_id=loan.id)


async def books_of(world: World, loan: lending.Loan) -> dict[Claim, int]:
    async def look(uow: UnitOfWork) -> dict[Claim, int]:
        fresh = await lending.get_loan(uow, loan_id=loan.id)
        owed = await lending.owed_by(uow, fresh)
        return {claim: money.minor for claim, money in owed.items()}

    assert await world.db.read(invariants.find_breaches) == []
    return await world.db.read(look)


@pytest.mark.slow
async def test_ten_workers_on_one_day_book_it_once(world):
    quiet, crowded = await a_loan(world), await a_loan(world)
    world.clock.advance(timedelta(days=LATE_DAYS))
    await count(world, quiet)

    await asyncio.gather(*(count(world, crowded) for _ in range(10)))

    books = await books_of(world, crowded)
    assert books == await books_of(world, quiet)
    assert books[Claim.INTEREST] > 0
    assert books[Claim.FEES] > 0
    events = await world.db.read(lending.list_events, loan_id=crowded.id)
    assert [event.kind for event in events] == ["disbursed", "late_fee_charged"]


async def test_a_day_end_that_falls_over_leaves_nothing_and_is_done_again(world):
    quiet, fallen = await a_loan(world), await a_loan(world)
    world.clock.advance(timedelta(days=LATE_DAYS))
    await count(world, quiet)
    before = await books_of(world, fallen)

    async def fall_over(uow: UnitOfWork) -> None:
        await lending.count_day(uow, loan_id=fallen.id)
        await uow.session.flush()
        raise KeyError

    for _ in range(3):
        with pytest.raises(KeyError):
            await world.db.transact(fall_over)

    assert await books_of(world, fallen) == before
    await count(world, fallen)
    assert await books_of(world, fallen) == await books_of(world, quiet)


@pytest.mark.slow
async def test_days_that_nobody_counted_are_caught_up_with(world):
    daily, missed = await a_loan(world), await a_loan(world)
    for _ in range(LATE_DAYS):
        world.clock.advance(timedelta(days=1))
        await count(world, daily)

    await count(world, missed)

    assert await books_of(world, missed) == await books_of(world, daily)
