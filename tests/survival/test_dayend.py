"""The day-end is killed at random, and shared by processes; the books are the same."""

import asyncio
import itertools
import multiprocessing
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from api.jobs import days
from finance.lending import dayend
from ledger import invariants
from ledger.clock import StoppedClock, business_date
from ledger.database import Database, close_engine, make_engine
from tests.finance.lending.portfolio import aged, make_portfolio, url_of
from tests.finance.lending.whole import whole
from tests.journeys.people import World

KILLS = 20
MOST_STEPS = 45
LOANS = 18
AT_ONCE = 6
DAYS = 24
WORKERS = 3

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


def count_days(url: str, now: datetime, steps: int = 0) -> None:
    """Count all days as a process of its own; with steps it is killed after so many."""

    async def work() -> None:
        engine = make_engine(url, pool_size=1)
        if steps:
            die_after(steps, engine)
        await days.count_days(Database(engine, StoppedClock(now)), at_once=AT_ONCE)
        await close_engine(engine)

    asyncio.run(work())


def die_after(steps: int, engine: AsyncEngine) -> None:
    """Kill this process, as by ``kill -9``, right before a statement or a commit."""
    left = itertools.count(steps, -1)

    def step(*_: object) -> None:
        if not next(left):
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        event.listen(engine.sync_engine, name, step)


def started(url: str, now: datetime, steps: int = 0) -> BaseProcess:
    process = _context.Process(target=count_days, args=(url, now, steps), daemon=True)
    process.start()
    return process


@pytest.fixture
async def waiting(app_url: str, admin_url: str, clock: StoppedClock) -> str:
    """A database whose loans were not counted for a month; an operator knows."""
    name = psycopg.conninfo.conninfo_to_dict(app_url)["dbname"]
    engine = make_engine(app_url)
    db = Database(engine, clock)
    world = World(db, clock)
    firm = await world.party("Firm")
    lenders = [await world.party(one) for one in ("One", "Two")]
    on = business_date(clock.now())
    lives = [aged(number, 45, on) for number in range(LOANS)]
    await make_portfolio(
        url_of(admin_url, name), clock, lives, borrower=firm, lenders=lenders
    )
    await days.count_days(db)
    clock.advance(timedelta(days=DAYS))
    await days.count_days(db)
    await db.transact(dayend.trust_clock)
    await close_engine(engine)
    return name


@contextmanager
def copied(admin_url: str, name: str) -> Iterator[str]:
    """Copy a database, for what would have become of it undisturbed."""
    twin = f"{name}_twin"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        words = sql.Identifier(twin), sql.Identifier(name)
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*words))
        try:
            yield twin
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(twin)))


async def test_a_day_end_killed_twenty_times_ends_in_the_undisturbed_books(
    app_url: str, admin_url: str, waiting: str, clock: StoppedClock
) -> None:
    luck = random.Random(13)
    with copied(admin_url, waiting) as twin:
        count_days_apart(url_of(app_url, twin), clock)
        undisturbed = whole(url_of(admin_url, twin))
    ends = []

    for _ in range(KILLS):
        process = started(app_url, clock.now(), luck.randint(1, MOST_STEPS))
        process.join()
        assert process.exitcode == -signal.SIGKILL
        ends.append(loans_counted(url_of(admin_url, waiting)))
    count_days_apart(app_url, clock)

    assert whole(url_of(admin_url, waiting)) == undisturbed
    assert len(set(ends)) > KILLS // 4, "the kills met different loans"
    assert undisturbed["days"][-1][1:] == (True, LOANS)
    await laws_hold(app_url, clock)


async def test_processes_that_share_a_day_end_book_each_loan_and_day_once(
    app_url: str, admin_url: str, waiting: str, clock: StoppedClock
) -> None:
    with copied(admin_url, waiting) as twin:
        count_days_apart(url_of(app_url, twin), clock)
        alone = whole(url_of(admin_url, twin))

    workers = [started(app_url, clock.now()) for _ in range(WORKERS)]
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert loans_counted(url_of(admin_url, waiting)) == LOANS
    count_days_apart(app_url, clock)  # closes dates the last two left to each other

    assert whole(url_of(admin_url, waiting)) == alone
    await laws_hold(app_url, clock)


def count_days_apart(url: str, clock: StoppedClock) -> None:
    """Count all days in a process, undisturbed."""
    process = started(url, clock.now())
    process.join()
    assert process.exitcode == 0


def loans_counted(url: str) -> int:
    """Return how many loans are counted up to the last date that was begun."""
    with psycopg.connect(url) as connection:
        ask = (
            "SELECT count(*) FROM loan_standing"
            " WHERE counted_to = (SELECT max(business_date) FROM day_end)"
        )
        return int(connection.execute(ask).fetchone()[0])


async def laws_hold(url: str, clock: StoppedClock) -> None:
    engine = make_engine(url)
    assert await Database(engine, clock).read(invariants.find_breaches) == []
    await close_engine(engine)
