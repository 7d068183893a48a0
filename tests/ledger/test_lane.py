"""The writer lane gives each of many callers its own verdict, and commits once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from ledger import entries, invariants, lane
from ledger.database import Database, UnitOfWork
from ledger.ids import AccountId, IdMalformed
from tests.ledger.builders import an_entry, available, move, open_accounts, open_pair

CALLERS = 40


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


def transfer(
    db: Database, debit: AccountId, credit: AccountId, units: int
) -> entries.NewEntry:
    return an_entry(db, entries.transfer(debit=debit, credit=credit, units=units))


async def at_once(*asked):
    return await asyncio.gather(*asked, return_exceptions=True)


async def ask(db: Database, question: str):
    async def query(uow: UnitOfWork):
        return await uow.session.scalar(text(question))

    return await db.read(query)


async def test_a_refused_caller_does_not_hurt_those_beside_it(db, books) -> None:
    bank, a, b = books
    good = [transfer(db, a, b, 30) for _ in range(4)]
    bad = [transfer(db, bank, a, 0) for _ in range(4)]
    asked = [entry for pair in zip(good, bad, strict=True) for entry in pair]

    async with lane.running(db) as writer:
        verdicts = await at_once(
            *(writer.post([entry], caller=str(n)) for n, entry in enumerate(asked))
        )

    kinds = [type(verdict) for verdict in verdicts[::2]]
    assert kinds == [list, list, list, entries.InsufficientFunds]
    assert {type(verdict) for verdict in verdicts[1::2]} == {entries.UnitsOutOfRange}
    assert verdicts[6].facts == {"available": 10, "needed": 30, "entry": good[3].id}
    assert (await available(db, a), await available(db, b)) == (10, 90)
    assert await db.read(invariants.find_breaches) == []


async def test_a_group_refused_at_its_end_leaves_nothing_behind(db, books) -> None:
    _, a, b = books
    group = [transfer(db, a, b, 60), transfer(db, a, b, 60)]
    alone = transfer(db, a, b, 100)

    async with lane.running(db) as writer:
        refused, booked = await at_once(
            writer.post(group, caller="x"), writer.post([alone], caller="y")
        )

    assert isinstance(refused, entries.InsufficientFunds)
    assert refused.facts["entry"] == group[1].id
    assert booked[0].legs[0].balance_after == 0
    assert await db.read(invariants.find_breaches) == []


async def test_an_entry_of_a_refused_group_can_be_booked_by_the_next(db, books) -> None:
    _, a, b = books
    first, second = transfer(db, a, b, 60), transfer(db, a, b, 60)

    async with lane.running(db) as writer:
        refused, booked = await at_once(
            writer.post([first, second]), writer.post([first])
        )

    assert isinstance(refused, entries.InsufficientFunds)
    assert not booked[0].replayed
    assert await available(db, a) == 40


async def test_callers_that_gather_share_a_commit(db, books) -> None:
    bank, a, _ = books
    before = await ask(db, "SELECT count(DISTINCT xmin::text) FROM entry")

    async with lane.running(db) as writer:
        await at_once(
            *(writer.post([transfer(db, bank, a, 1)]) for _ in range(CALLERS))
        )

    after = await ask(db, "SELECT count(DISTINCT xmin::text) FROM entry")
    assert (
        after - before <= 2
    )  # many are halved, so that one half is laid out meanwhile
    assert await available(db, a) == 100 + CALLERS


@pytest.mark.slow
async def test_the_same_entry_from_two_callers_at_once_moves_once(db, books) -> None:
    bank, a, b = books
    entry = transfer(db, bank, a, 5)
    other = replace(transfer(db, bank, b, 5), id=entry.id)

    async with lane.running(db) as writer:
        first, again, conflict = await at_once(
            *(writer.post([one]) for one in (entry, entry, other))
        )
        later = await writer.post([entry])

    assert first == again
    assert later == [first[0]._replace(replayed=True)]
    assert isinstance(conflict, entries.EntryIdReused)
    assert await available(db, a) == 105


async def test_an_id_taken_by_another_way_meanwhile_breaks_no_neighbour(
    db, books
) -> None:
    bank, a, _ = books
    pair = await db.transact(open_pair)
    taken, late = transfer(db, bank, a, 5), transfer(db, *pair, 5)
    posted, let_go = asyncio.Event(), asyncio.Event()

    async def slowly(uow: UnitOfWork) -> None:
        await entries.post(uow, [taken])
        posted.set()
        await let_go.wait()

    direct = asyncio.create_task(db.transact(slowly))
    await posted.wait()
    async with lane.running(db) as writer:
        asked = [replace(late, id=taken.id), transfer(db, *pair, 7)]
        posts = [asyncio.create_task(writer.post([one])) for one in asked]
        await asyncio.sleep(0.1)
        let_go.set()
        refused, booked = await at_once(*posts)
    await direct

    assert isinstance(refused, entries.EntryIdReused)
    assert refused.facts == {"entry": taken.id}
    assert booked[0].legs[0].units == 7
    assert await db.read(invariants.find_breaches) == []


async def test_a_malformed_id_is_refused_to_its_caller_alone(db, books) -> None:
    bank, a, _ = books
    wrong = replace(transfer(db, bank, a, 1), id="entry_of_nobody")

    async with lane.running(db) as writer:
        refused, booked = await at_once(
            writer.post([wrong]), writer.post([transfer(db, bank, a, 1)])
        )

    assert isinstance(refused, IdMalformed)
    assert booked[0].legs


async def test_a_caller_that_fills_its_share_is_refused_and_others_are_not(
    db, books
) -> None:
    bank, a, _ = books
    limits = lane.Limits(waiting=12, waiting_of_one_caller=8)

    async with lane.running(db, limits=limits) as writer:
        greedy = [writer.post([transfer(db, bank, a, 1)], caller="x") for _ in range(9)]
        modest = [writer.post([transfer(db, bank, a, 1)], caller="y") for _ in range(5)]
        verdicts = await at_once(*greedy, *modest)

    full = [isinstance(verdict, lane.LaneFull) for verdict in verdicts]
    assert full == [False] * 8 + [True] + [False] * 4 + [True]
    assert await available(db, a) == 112


async def test_a_batch_is_cut_from_all_callers_in_turn(db, books) -> None:
    bank, a, _ = books
    limits = lane.Limits(batch_entries=4)
    done: list[str] = []

    async def post(writer: lane.Lane, caller: str) -> None:
        await writer.post([transfer(db, bank, a, 1)], caller=caller)
        done.append(caller)

    async with lane.running(db, limits=limits) as writer:
        await at_once(*(post(writer, caller) for caller in "xxxxxxxxyz"))

    assert set(done[:4]) == {"x", "y", "z"}
    assert len(done) == 10


@pytest.mark.slow
async def test_closing_books_what_waits_and_takes_nothing_more(db, books) -> None:
    bank, a, _ = books

    async with lane.running(db) as writer:
        waiting = [
            asyncio.create_task(writer.post([transfer(db, bank, a, 1)]))
            for _ in range(CALLERS)
        ]
        await asyncio.sleep(0)

    assert all([await one for one in waiting])
    with pytest.raises(lane.LaneClosed):
        await writer.post([transfer(db, bank, a, 1)])
    assert await available(db, a) == 100 + CALLERS
    async with lane.running(db) as another:
        assert await another.post([transfer(db, bank, a, 1)])


async def test_who_stops_waiting_before_its_turn_is_not_booked(db, books) -> None:
    bank, a, _ = books

    async with lane.running(db) as writer:
        posts = [
            asyncio.create_task(writer.post([transfer(db, bank, a, units)]))
            for units in (1, 10)
        ]
        await asyncio.sleep(0)
        posts[1].cancel()
        await posts[0]

    assert await available(db, a) == 101


async def test_only_one_process_holds_the_lane(db) -> None:
    async with lane.running(db):
        with pytest.raises(lane.LaneTaken):
            async with lane.running(db):
                pass
        async with lane.running(db, name="another"):
            pass


@pytest.mark.slow
async def test_a_lane_that_was_taken_over_writes_nothing_more(db, books) -> None:
    bank, a, _ = books
    lapsed = text("UPDATE lane SET renewed_at = now() - interval '1 hour'")

    async def lapse(uow: UnitOfWork) -> None:
        await uow.session.execute(lapsed)

    async with lane.running(db) as old:
        await db.transact(lapse)
        async with lane.running(db) as new:
            with pytest.raises(lane.LaneTaken):
                await old.post([transfer(db, bank, a, 1)])
            with pytest.raises(lane.LaneClosed):
                await old.post([transfer(db, bank, a, 1)])
            assert await new.post([transfer(db, bank, a, 10)])

    assert await available(db, a) == 110


async def test_a_lane_keeps_its_lease_while_idle(db) -> None:
    question = "SELECT renewed_at FROM lane"

    async with lane.running(db, limits=lane.Limits(renew_seconds=0)):
        before = await ask(db, question)
        await asyncio.sleep(0.05)
        assert await ask(db, question) > before


async def test_the_lane_and_the_direct_way_share_hot_accounts(db, books) -> None:
    bank, a, b = books
    await move(db, bank, b, 100)

    async with lane.running(db) as writer:
        await asyncio.gather(
            *(writer.post([transfer(db, a, b, 1)]) for _ in range(50)),
            *(move(db, b, a, 1) for _ in range(50)),
        )

    assert (await available(db, a), await available(db, b)) == (100, 100)
    assert await db.read(invariants.find_breaches) == []
