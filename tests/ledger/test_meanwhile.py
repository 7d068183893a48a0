"""What others do between two looks of a booking changes its answer, never the books."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.exc import IntegrityError

from ledger import accounts, booking, entries, holds, invariants, lane, periods
from ledger.accounts import CLIENT_MONEY, Side, Spec
from ledger.database import Database, UnitOfWork
from ledger.drafting import Draft, key_of
from ledger.entries import NewEntry
from ledger.ids import AccountId, read_id
from tests.ledger.builders import an_entry, an_id, available, hold, open_accounts

CEILING = 10**6
DECEMBER = {"book": CLIENT_MONEY, "starts_on": date(2025, 12, 1)}
YEAR_END = date(2025, 12, 31)
Pair = tuple[AccountId, AccountId]


@pytest.fixture
async def pairs(db: Database) -> dict[str, Pair]:
    """Pairs that share no account: plain ones, and ones that are left to the judge."""
    bank, a, _ = await db.transact(open_accounts)
    specs = [
        Spec(CLIENT_MONEY, path, "x", "USD", Side.CREDIT, None, ceiling)
        for path, ceiling in (("1", None), ("2", None), ("3", CEILING), ("4", CEILING))
    ]
    opened = await db.transact(accounts.open_all, specs)
    return {"one": (bank, a), "plain": (*opened[:2],), "judged": (*opened[2:],)}


def pay(db: Database, pair: Pair, units: int) -> NewEntry:
    return an_entry(db, entries.transfer(debit=pair[0], credit=pair[1], units=units))


async def read_rows_as_they_lie(db: Database, admin_of: str) -> None:
    """Plan without indexes: only what is asked to be in order comes in order."""
    async with await psycopg.AsyncConnection.connect(
        admin_of, autocommit=True
    ) as connection:
        name = sql.Identifier(connection.info.dbname)
        for plan in ("enable_indexscan", "enable_bitmapscan"):
            off = sql.SQL("ALTER DATABASE {} SET {} = off")
            await connection.execute(off.format(name, sql.Identifier(plan)))
    await db.engine.dispose()


# Plain; left to the judge when its accounts were seen; left to it at sight, as an entry
# named twice is.
WAYS = {"plain": ("plain", 1), "doubtful": ("judged", 1), "at sight": ("plain", 2)}


def batch(
    db: Database, pairs: dict[str, Pair], how: str, units: int = 5
) -> list[NewEntry]:
    name, times = WAYS[how]
    return [pay(db, pairs[name], units)] * times


@asynccontextmanager
async def under_way(db: Database, *new: NewEntry) -> AsyncIterator[None]:
    """Post entries and commit only when the block is left."""
    posted, let_go = asyncio.Event(), asyncio.Event()

    async def slowly(uow: UnitOfWork) -> None:
        await entries.post(uow, new)
        posted.set()
        await let_go.wait()

    task = asyncio.create_task(db.transact(slowly))
    await posted.wait()
    try:
        yield
    finally:
        let_go.set()
        await task


async def wait_for_blocked(admin_of: str, count: int = 1) -> None:
    """Wait until so many of the database's sessions wait for another."""
    question = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with await psycopg.AsyncConnection.connect(
        admin_of, autocommit=True
    ) as connection:
        for _ in range(500):
            (blocked,) = await (await connection.execute(question)).fetchone() or (0,)
            if blocked >= count:
                return
            await asyncio.sleep(0.02)
    pytest.fail(f"fewer than {count} sessions waited for another")


@pytest.mark.parametrize("how", ["plain", "judged"])
async def test_an_id_taken_meanwhile_over_other_accounts_is_refused_by_name(
    db, pairs, admin_of, how
) -> None:
    first = pay(db, pairs["one"], 5)
    second = replace(pay(db, pairs[how], 5), id=first.id)

    async with under_way(db, first):
        behind = asyncio.create_task(db.transact(entries.post, [second]))
        await wait_for_blocked(admin_of)

    with pytest.raises(entries.EntryIdReused) as said:
        await behind
    assert said.value.facts == {"entry": first.id}
    assert await available(db, pairs["one"][1]) == 5
    assert await db.read(invariants.find_breaches) == []


async def test_an_entry_that_reverses_none_there_is_breaks_as_a_fault_of_ours(
    db, pairs
) -> None:
    stray = pay(db, pairs["one"], 5).booking()._replace(reverses=an_id(db))

    with pytest.raises(IntegrityError):
        await db.transact(booking.book, [stray])


async def test_what_only_the_second_line_refuses_comes_out_as_it_is(db, pairs) -> None:
    bank, a = pairs["one"]
    wrong = an_entry(db, [entries.Leg(bank, 5), entries.Leg(a, -4)]).booking()
    draft = Draft()
    draft.add(wrong, key_of("entry", wrong.id), wrong.request_hash())

    with pytest.raises(IntegrityError, match="does not balance"):
        await db.transact(booking._write, draft, judged=True)


async def test_a_batch_broken_by_one_caller_is_booked_caller_by_caller(
    db, pairs, admin_of
) -> None:
    taken = pay(db, pairs["one"], 5)
    asked = [
        pay(db, pairs["judged"], 7),
        replace(pay(db, pairs["judged"], 5), id=taken.id),
        pay(db, pairs["judged"], 9),
    ]

    async with lane.running(db) as writer:
        async with under_way(db, taken):
            # Named twice, so that they are left to the judge at sight.
            posts = [asyncio.create_task(writer.post([one, one])) for one in asked]
            await wait_for_blocked(admin_of)
        first, refused, last = await asyncio.gather(*posts, return_exceptions=True)

    assert isinstance(refused, entries.EntryIdReused)
    assert refused.facts == {"entry": taken.id}
    assert [one[0].legs[0].units for one in (first, last)] == [7, 9]
    assert await available(db, pairs["judged"][1]) == 16
    assert await db.read(invariants.find_breaches) == []


async def test_one_caller_alone_in_a_broken_batch_is_told_why(
    db, pairs, admin_of
) -> None:
    taken = pay(db, pairs["one"], 5)
    late = replace(pay(db, pairs["judged"], 5), id=taken.id)

    async with lane.running(db) as writer:
        async with under_way(db, taken):
            post = asyncio.create_task(writer.post([late, late]))
            await wait_for_blocked(admin_of)
        with pytest.raises(entries.EntryIdReused) as said:
            await post
        assert said.value.facts == {"entry": taken.id}
        assert await writer.post([pay(db, pairs["judged"], 1)])


@pytest.mark.parametrize("how", WAYS)
async def test_a_booking_under_way_holds_its_period_open(
    db, pairs, admin_of, how
) -> None:
    await db.transact(periods.open_period, **DECEMBER, ends_on=YEAR_END)
    late = replace(batch(db, pairs, how)[0], effective_on=YEAR_END)

    async with under_way(db, *[late] * WAYS[how][1]):
        closing = asyncio.create_task(db.transact(periods.close_period, **DECEMBER))
        await wait_for_blocked(admin_of)
        assert not closing.done()

    await closing
    assert await db.read(invariants.find_breaches) == []


@pytest.mark.parametrize("how", WAYS)
async def test_a_step_taken_meanwhile_is_counted_first(
    db, pairs, admin_of, how
) -> None:
    async with under_way(db, *batch(db, pairs, how)):
        behind = asyncio.create_task(
            db.transact(entries.post, batch(db, pairs, how, 7))
        )
        await wait_for_blocked(admin_of)

    legs = (await behind)[0].legs
    assert [(leg.version, leg.balance_after) for leg in legs] == [(2, 12), (2, -12)]
    assert await db.read(invariants.find_breaches) == []


@pytest.mark.parametrize("how", WAYS)
async def test_accounts_are_locked_in_the_order_of_their_ids(
    db, pairs, admin_of, how
) -> None:
    """Wherever the rows lie: the first is locked while the second is waited for."""
    asked = batch(db, pairs, how)
    ids = sorted(read_id("acct", leg.account) for leg in asked[0].legs)
    lock = "SELECT FROM balance WHERE account = %s FOR UPDATE NOWAIT"
    await read_rows_as_they_lie(db, admin_of)

    async with (
        await psycopg.AsyncConnection.connect(admin_of) as holder,
        await psycopg.AsyncConnection.connect(admin_of) as probe,
    ):
        # The first row moves behind the second, as rows of busy accounts do.
        moved = "UPDATE balance SET version = version WHERE account = %s"
        await holder.execute(moved, ids[:1])
        await holder.commit()
        await holder.execute(lock, ids[1:])
        behind = asyncio.create_task(db.transact(entries.post, asked))
        await wait_for_blocked(admin_of)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await probe.execute(lock, ids[:1])
        await holder.commit()
        assert await behind


@pytest.mark.parametrize("ending", [holds.Capture, holds.Release])
async def test_holds_are_locked_in_the_order_of_their_ids(
    db, pairs, admin_of, ending
) -> None:
    held = sorted([await hold(db, *pairs["one"], 5) for _ in range(2)])
    items = [ending(an_id(db), one) for one in held[::-1]]
    act = holds.capture if ending is holds.Capture else holds.release
    lock = "SELECT FROM hold WHERE entry = %s FOR UPDATE NOWAIT"
    ids = [read_id("entry", one) for one in held]
    await read_rows_as_they_lie(db, admin_of)

    async with (
        await psycopg.AsyncConnection.connect(admin_of) as holder,
        await psycopg.AsyncConnection.connect(admin_of) as probe,
    ):
        moved = "UPDATE hold SET captured = captured WHERE entry = %s"
        await holder.execute(moved, ids[:1])
        await holder.commit()
        await holder.execute(lock, ids[1:])
        behind = asyncio.create_task(db.transact(act, items, effective_on=YEAR_END))
        await wait_for_blocked(admin_of)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await probe.execute(lock, ids[:1])
        await holder.commit()
        assert await behind


async def test_holds_expire_in_the_order_of_their_ids(
    db, pairs, admin_of, clock, monkeypatch
) -> None:
    due = clock.now()
    news = [holds.NewHold(an_id(db), *pairs["one"], 5, YEAR_END, due) for _ in range(3)]
    await db.transact(holds.place, news)
    monkeypatch.setattr(holds, "EXPIRY_BATCH", 1)
    await read_rows_as_they_lie(db, admin_of)
    with psycopg.connect(admin_of) as connection:
        moved = "UPDATE hold SET captured = captured WHERE entry = %s"
        connection.execute(moved, [read_id("entry", news[0].id)])

    for new in news:
        assert await db.transact(holds.expire_due) == 1
        assert (await db.read(holds.get, new.id)).state == "expired"
