"""The day-end of many loans of one age in PostgreSQL, and the reading of one of them."""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from api import postgres, schema
from api.jobs import days
from finance import lending
from ledger.clock import StoppedClock, business_date
from ledger.database import Database, close_engine, make_engine
from tests.finance.lending.multiplied import multiply
from tests.finance.lending.portfolio import aged, make_portfolio, url_of
from tests.journeys.people import World

AGES = (1, 30, 300, 700)
NOW = datetime(2028, 1, 20, 2, tzinfo=UTC)
PASSWORD = "only-for-benchmarks"
DAYS, READS = 3, 100
MADE = 500
GOAL_RATIO = 1.2
Times = tuple[float, float]
"""Milliseconds on the wall, and of our processor time."""
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder inside is ours alone


@dataclass(frozen=True)
class DayFigure:
    """Milliseconds a loan of an age: of the clock on the wall and of our processor time.

    ``ratio`` is the processor time beside that of the youngest loans.
    """

    task: str
    age_days: int
    loans: int
    wall_ms: float
    processor_ms: float
    ratio: float


def measure_days(count: int) -> list[DayFigure]:
    """Measure portfolios of each age, on a server that does not wait for its disk."""
    memory = MEMORY if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="tonle-bench-", dir=memory) as folder,
        postgres.running(Path(folder), {"fsync": "off"}) as url,
    ):
        schema.make_roles(url, dict.fromkeys(schema.ROLES, PASSWORD))
        return asyncio.run(_all_ages(url, count))


async def _all_ages(server_url: str, count: int) -> list[DayFigure]:
    """Make every portfolio, then measure them in turns: the machine slows all alike."""
    if count > MADE:
        count -= count % MADE
    portfolios = [await _open(server_url, age, count) for age in AGES]
    spent: defaultdict[tuple[str, int], list[Times]] = defaultdict(list)
    for _ in range(DAYS):
        for age, (db, clock) in zip(AGES, portfolios, strict=True):
            spent["day-end, a loan", age].append(await _day(db, clock, count))
    for number in range(READS):
        for age, (db, _) in zip(AGES, portfolios, strict=True):
            spent["read a loan", age].append(await _read(db, number))
    for db, _ in portfolios:
        await close_engine(db.engine)
    return [_figure(spent, *key, count) for key in spent]


def _figure(
    spent: Mapping[tuple[str, int], list[Times]], task: str, age: int, count: int
) -> DayFigure:
    wall, processor = _middle(spent[task, age])
    _, youngest = _middle(spent[task, AGES[0]])
    ratio = round(processor / youngest, 2)
    figure = DayFigure(task, age, count, round(wall, 3), round(processor, 3), ratio)
    sys.stdout.write(f"{json.dumps(asdict(figure))}\n")
    return figure


async def _open(server_url: str, age: int, count: int) -> tuple[Database, StoppedClock]:
    """Make a portfolio and count one day, which opens and keeps every book.

    Of more than ``MADE`` loans so many are made and counted, and the rest are copies of
    them under other ids: see ``multiplied``.
    """
    name = f"day_{age}"
    schema.make_database(server_url, name)
    urls = schema.Urls.of(server_url, name, dict.fromkeys(schema.ROLES, PASSWORD))
    schema.migrate(urls.owner)
    clock = StoppedClock(NOW)
    db = Database(make_engine(urls.app), clock)
    began, admin_url = time.perf_counter(), url_of(server_url, name)
    await make_loans(db, admin_url, clock, age=age, count=min(count, MADE))
    await days.count_days(db)
    await asyncio.to_thread(multiply, admin_url, max(1, count // MADE))
    prepared = round(time.perf_counter() - began, 1)
    sys.stdout.write(f"{json.dumps({'age_days': age, 'prepared_s': prepared})}\n")
    sys.stdout.flush()
    return db, clock


async def make_loans(
    db: Database, admin_url: str, clock: StoppedClock, *, age: int, count: int
) -> None:
    world = World(db, clock)
    firm = await world.party("Firm")
    lenders = [await world.party(one) for one in ("One", "Two")]
    on = business_date(clock.now())
    lives = [aged(number, age, on) for number in range(count)]
    await make_portfolio(admin_url, clock, lives, borrower=firm, lenders=lenders)


async def _day(db: Database, clock: StoppedClock, count: int) -> Times:
    clock.advance(timedelta(days=1))
    wall, processor = await _timed(lambda: days.count_days(db))
    return wall / count, processor / count


async def _read(db: Database, number: int) -> Times:
    ids = (await db.read(lending.list_loans, limit=READS)).items
    loan_id = ids[number % len(ids)].id
    return await _timed(lambda: db.read(lending.loan_state, loan_id=loan_id))


async def _timed(work: Callable[[], Awaitable[object]]) -> Times:
    """Return how long some work took, in milliseconds: wall, and our processor time."""
    wall, processor = time.perf_counter(), time.process_time()
    await work()
    ended = time.perf_counter() - wall, time.process_time() - processor
    return ended[0] * 1000, ended[1] * 1000


def _middle(spent: list[Times]) -> Times:
    walls, processors = zip(*spent, strict=True)
    return statistics.median(walls), statistics.median(processors)
