"""Nobody who waits at the lane is left without an answer, however the lane ends."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from ledger import entries, lane, lease
from ledger.database import Database, UnitOfWork
from ledger.errors import Unavailable
from ledger.ids import AccountId
from ledger.outbox import AuditMode
from tests.ledger.builders import an_entry, available, move, open_accounts
from tests.ledger.test_lane import ask
from tests.ledger.test_meanwhile import wait_for_blocked
from tests.ledger.test_plain import calls_of

TAKE_OVER = "UPDATE lane SET epoch = epoch + 1"
READ = "SELECT FROM lane FOR SHARE"
LOCK = "SELECT FROM {} FOR UPDATE"
TOO_BUSY = """
CREATE FUNCTION too_busy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'too busy' USING ERRCODE = 'too_many_connections'; END $$;
CREATE TRIGGER too_busy BEFORE UPDATE ON lane FOR EACH ROW EXECUTE FUNCTION too_busy()
"""
END_THOSE_THAT_WAIT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


def pay(db: Database, books: list[AccountId], units: int = 1) -> entries.NewEntry:
    legs = entries.transfer(debit=books[0], credit=books[1], units=units)
    return an_entry(db, legs)


async def test_a_plain_batch_goes_straight_to_the_database(db, books) -> None:
    with calls_of(db) as called:
        async with lane.running(db) as writer:
            assert await writer.post([]) == []
            await writer.post([pay(db, books)])
    assert called == []


async def test_a_lane_without_a_log_counts_nothing_for_it(db, books) -> None:
    quiet = replace(db, audit=AuditMode.OFF)
    with calls_of(db) as called:
        async with lane.running(quiet) as writer:
            await writer.post([pay(db, books), pay(db, books)])
    assert called == []
    await quiet.transact(entries.post, [pay(db, books)])
    assert await ask(db, "SELECT count(*) FROM entry WHERE number IS NULL") == 3


async def test_what_is_sealed_inline_is_sealed_before_its_caller_is_told(
    db, books
) -> None:
    sealed: list[bool] = []

    async def seal(uow: UnitOfWork) -> None:
        sealed.append(bool(uow.booked))

    inline = replace(db, audit=AuditMode.INLINE, seal_inline=seal)
    async with lane.running(inline) as writer:
        await writer.post([pay(db, books)])
        assert sealed == [True]


async def test_a_closed_lane_says_so(db, books) -> None:
    async with lane.running(db) as writer:
        writer.close()
        with pytest.raises(lane.LaneClosed, match=r"^the writer lane is closed; send"):
            await writer.post([pay(db, books)])


async def test_a_lane_ends_at_once_when_its_last_caller_was_answered(db, books) -> None:
    limits = lane.Limits(renew_seconds=3600)
    async with asyncio.timeout(60), lane.running(db, limits=limits) as writer:
        await writer.post([pay(db, books)])


async def test_who_shares_a_commit_is_told_when_it_ends_though_nobody_else_comes(
    db, books
) -> None:
    limits = lane.Limits(renew_seconds=3600)
    async with asyncio.timeout(20), lane.running(db, limits=limits) as writer:
        await asyncio.gather(*(writer.post([pay(db, books)]) for _ in range(3)))


async def test_what_breaks_a_batch_is_told_to_its_caller_and_the_neighbour_is_booked(
    db, books
) -> None:
    broken = replace(pay(db, books), effective_on=None)
    async with asyncio.timeout(20), lane.running(db) as writer:
        bad, good = await asyncio.gather(
            writer.post([broken]), writer.post([pay(db, books)]), return_exceptions=True
        )

    assert isinstance(bad, TypeError)
    assert isinstance(good, list)
    assert await available(db, books[1]) == 101


async def test_a_lane_says_who_holds_it_and_lets_go_at_its_end(db) -> None:
    async with lane.running(db):
        with pytest.raises(lane.LaneTaken, match=r"^another process holds the writer"):
            async with lane.running(db):
                pass
    assert await ask(db, "SELECT holder FROM lane") == ""
    async with lane.running(db):
        assert await ask(db, "SELECT epoch FROM lane") == 2
        assert len(await ask(db, "SELECT holder FROM lane")) == 16


@pytest.mark.parametrize("times", [1, 2])
async def test_a_lane_taken_over_tells_all_of_its_batch_and_closes(
    db, books, admin_of, times
) -> None:
    """Whether it would have been booked at once or, named twice, been judged."""
    async with lane.running(db) as old:
        with psycopg.connect(admin_of) as connection:
            connection.execute(TAKE_OVER)
        told = await asyncio.gather(
            *(old.post([pay(db, books)] * times) for _ in range(3)),
            return_exceptions=True,
        )
        assert {type(one) for one in told} == {lane.LaneTaken}
        assert {str(one) for one in told} == {
            "another process has taken the writer lane over"
        }
        with pytest.raises(lane.LaneClosed):
            await old.post([pay(db, books)])
    assert await available(db, books[1]) == 100


async def test_who_lost_the_lane_does_not_give_it_up(db, admin_of) -> None:
    async with lane.running(db):
        with psycopg.connect(admin_of) as connection:
            connection.execute("UPDATE lane SET epoch = epoch + 1, holder = 'another'")
    assert await ask(db, "SELECT holder FROM lane") == "another"


@pytest.mark.parametrize("times", [1, 2])
async def test_a_batch_under_way_holds_the_lane(db, books, admin_of, times) -> None:
    """Whether it is booked at once or, named twice, judged: it ends before a change."""
    async with (
        await psycopg.AsyncConnection.connect(admin_of) as holder,
        await psycopg.AsyncConnection.connect(admin_of) as thief,
        lane.running(db) as writer,
    ):
        await holder.execute(LOCK.format("balance"))
        post = asyncio.create_task(writer.post([pay(db, books)] * times))
        await wait_for_blocked(admin_of)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await thief.execute(LOCK.format("lane") + " NOWAIT")
        await holder.commit()
        assert await post


async def test_a_lane_books_at_the_moment_it_does(db, books, clock) -> None:
    clock.advance(timedelta(hours=1))
    async with lane.running(db) as writer:
        for times in (1, 2):
            entry = pay(db, books)
            await writer.post([entry] * times)
            clock.advance(timedelta(hours=1))
    moments = await ask(db, "SELECT array_agg(booked_at ORDER BY booked_at) FROM entry")
    hours = [clock.now() - timedelta(hours=back) for back in (3, 2, 1)]
    assert moments == hours


async def test_who_waits_when_the_lease_is_lost_is_told_that_the_lane_ended(
    db, books, admin_of
) -> None:
    async with (
        await psycopg.AsyncConnection.connect(admin_of) as thief,
        lane.running(db, limits=lane.Limits(renew_seconds=0)) as old,
    ):
        await thief.execute(LOCK.format("lane"))
        await wait_for_blocked(admin_of)
        waiting = [
            asyncio.create_task(old.post([pay(db, books)], caller=caller))
            for caller in "xxy"
        ]
        await asyncio.sleep(0)
        await thief.execute(TAKE_OVER)
        await thief.commit()
        told = await asyncio.gather(*waiting, return_exceptions=True)

    assert {type(one) for one in told} == {lane.LaneClosed}
    assert {str(one) for one in told} == {"the writer lane ended; try again"}
    assert await available(db, books[1]) == 100


@pytest.mark.parametrize("comers", [[1], [2, 2]], ids=["alone", "shared and behind"])
async def test_all_whom_the_lane_took_on_are_told_when_it_is_cut_short(
    db, books, admin_of, comers: list[int]
) -> None:
    leaving = asyncio.Event()
    posts: list[asyncio.Task[list[entries.Posted]]] = []

    async def serve() -> None:
        async with lane.running(db) as writer:
            for count in comers:
                new = [writer.post([pay(db, books)]) for _ in range(count)]
                posts.extend(map(asyncio.create_task, new))
                await wait_for_blocked(admin_of)
            leaving.set()

    async with await psycopg.AsyncConnection.connect(admin_of) as holder:
        await holder.execute(LOCK.format("balance"))
        server = asyncio.create_task(serve())
        await leaving.wait()
        await asyncio.sleep(0.05)
        server.cancel()
        told = await asyncio.wait_for(
            asyncio.gather(*posts, return_exceptions=True), 20
        )
    with pytest.raises(asyncio.CancelledError):
        await server
    assert [type(one) for one in told] == [Unavailable] * sum(comers)
    assert {str(one) for one in told} == {"the writer lane was cut short; try again"}
    assert await available(db, books[1]) == 100


@pytest.fixture
async def reader(admin_of, monkeypatch):
    """Who may hold up the lane's renewing, which it now does after each batch."""
    seconds = itertools.count(0, 10_000)
    monkeypatch.setattr(lane.Lane, "_time", staticmethod(lambda: next(seconds)))
    async with await psycopg.AsyncConnection.connect(admin_of) as connection:
        yield connection


async def wait_for_money(db: Database, account: AccountId, units: int) -> None:
    while await available(db, account) < units:  # noqa: ASYNC110 - the books tell nobody
        await asyncio.sleep(0.01)


SELDOM = lane.Limits(renew_seconds=3600)


async def test_a_commit_that_ends_while_the_lease_is_renewed_is_told(
    db, books, admin_of, reader
) -> None:
    async with asyncio.timeout(20), lane.running(db, limits=SELDOM) as writer:
        await reader.execute(READ)
        posts = [asyncio.create_task(writer.post([pay(db, books)])) for _ in "xy"]
        await wait_for_blocked(admin_of)
        await wait_for_money(db, books[1], 102)
        await reader.rollback()
        assert len(await asyncio.gather(*posts)) == 2


async def test_a_commit_that_ended_before_the_lane_was_cut_short_is_told(
    db, books, admin_of, reader
) -> None:
    ended = asyncio.Event()
    posts: list[asyncio.Task[list[entries.Posted]]] = []

    async def serve() -> None:
        async with lane.running(db, limits=SELDOM) as writer:
            await reader.execute(READ)
            posts.extend(
                asyncio.create_task(writer.post([pay(db, books)])) for _ in "xy"
            )
            await wait_for_blocked(admin_of)
            await wait_for_money(db, books[1], 102)
        ended.set()

    server = asyncio.create_task(serve())
    await wait_for_money(db, books[1], 102)
    await asyncio.sleep(0.2)
    server.cancel()

    told = await asyncio.wait_for(asyncio.gather(*posts), 20)
    await reader.rollback()
    with pytest.raises(asyncio.CancelledError):
        await server
    assert len(told) == 2
    assert not ended.is_set()


async def test_a_connection_cut_is_told_and_the_lane_goes_on(
    db, books, admin_of
) -> None:
    async with (
        await psycopg.AsyncConnection.connect(admin_of) as holder,
        lane.running(db) as writer,
    ):
        await holder.execute(LOCK.format("balance"))
        posts = [asyncio.create_task(writer.post([pay(db, books)])) for _ in range(2)]
        await wait_for_blocked(admin_of)
        await holder.execute(END_THOSE_THAT_WAIT)
        told = await asyncio.gather(*posts, return_exceptions=True)
        await holder.commit()

        assert {type(one) for one in told} == {Unavailable}
        assert await writer.post([pay(db, books, 7)])

    assert await available(db, books[1]) == 107


async def test_a_busy_lane_renews_its_lease_only_now_and_then(db, books) -> None:
    question = "SELECT renewed_at FROM lane"
    async with lane.running(db, limits=lane.Limits(renew_seconds=600)) as writer:
        before = await ask(db, question)
        for _ in range(3):
            await writer.post([pay(db, books)])
        await asyncio.sleep(0.05)
        assert await ask(db, question) == before


async def test_a_lane_outlives_a_database_too_busy_to_renew_its_lease(
    db, books, admin_of
) -> None:
    limits = lane.Limits(renew_seconds=0)
    async with lane.running(db, limits=limits) as writer:
        with psycopg.connect(admin_of, autocommit=True) as connection:
            connection.execute(TOO_BUSY)
            await writer.post([pay(db, books)])
            await asyncio.sleep(0.2)
            connection.execute("DROP TRIGGER too_busy ON lane")
        await writer.post([pay(db, books)])


async def test_a_lease_lapses_only_after_its_time(db, admin_of) -> None:
    for seconds, lapsed in ((lease.SECONDS - 5, False), (11, True)):
        async with lane.running(db, name=f"after {seconds}"):
            with psycopg.connect(admin_of) as connection:
                connection.execute(
                    "UPDATE lane SET renewed_at = now() - make_interval(secs => %s)",
                    [seconds],
                )
            taking = db.transact(lease.take, f"after {seconds}")
            if lapsed:
                assert (await taking).epoch == 2
            else:
                with pytest.raises(lane.LaneTaken):
                    await taking
