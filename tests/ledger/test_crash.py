"""Killed before or after any statement, an act has been stored whole or not at all."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from ledger import balances, entries, holds, invariants, lane
from ledger.clock import SystemClock
from ledger.database import Database, make_engine
from ledger.ids import AccountId
from tests.ledger.builders import an_entry, an_id, hold, move, open_accounts

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])
MOST_POINTS = 40

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def post(db: Database, act: Any) -> None:
    await db.transact(entries.post, act)


async def place(db: Database, act: Any) -> None:
    await db.transact(holds.place, act)


async def capture(db: Database, act: Any) -> None:
    await db.transact(holds.capture, act, effective_on=SystemClock().now().date())


async def by_lane(db: Database, act: Any) -> None:
    async with lane.running(db, name=act[0].id) as writer:
        await asyncio.gather(*(writer.post([entry]) for entry in act))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(point: int, db: Database) -> None:
    """Count the moments around every statement and commit; die at one of them."""
    passed = 0

    def pass_by(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed > point:
            _die()

    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "checkin"):
        event.listen(db.engine.sync_engine, name, pass_by)
    straight = psycopg.AsyncConnection.execute

    async def execute(*words: Any, **more: Any) -> Any:
        pass_by()
        rows = await straight(*words, **more)
        pass_by()
        return rows

    # The lane speaks to the driver itself, past the engine's events.
    driver: Any = psycopg.AsyncConnection
    driver.execute = execute


def _act(url: str, kind: str, act: Any, point: int) -> None:
    async def run() -> None:
        db = Database(make_engine(url), SystemClock())
        _die_at(point, db)
        await ACTS[kind](db, act)

    asyncio.run(run())


ACTS: dict[str, Callable[[Database, Any], Any]] = {
    "post": post,
    "place": place,
    "capture": capture,
    "by_lane": by_lane,
}


def dies(url: str, kind: str, act: Any, point: int) -> bool:
    process = _context.Process(target=_act, args=(url, kind, act, point))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


async def acts(db: Database, kind: str, books: list[AccountId]) -> list[Any]:
    """Return an act that moves one unit from ``a`` to ``b``, or holds it."""
    _, a, b = books
    on = db.clock.now().date()
    legs = entries.transfer(debit=a, credit=b, units=1)
    match kind:
        case "place":
            return [holds.NewHold(an_id(db), a, b, 1, on)]
        case "capture":
            return [holds.Capture(an_id(db), await hold(db, a, b, 1))]
        case _:
            return [an_entry(db, legs)]


@pytest.mark.parametrize("kind", ACTS)
async def test_an_act_killed_anywhere_has_one_effect_when_repeated(
    db, app_url, kind
) -> None:
    books = await db.transact(open_accounts)
    await move(db, books[0], books[1], 1_000)
    for point in range(MOST_POINTS):
        act = await acts(db, kind, books)
        before = await db.read(balances.get, books[1])
        died = dies(app_url, kind, act, point)
        assert await db.read(invariants.find_breaches) == []
        repeat = post if kind == "by_lane" else ACTS[kind]
        await repeat(db, act)
        after = await db.read(balances.get, books[1])
        # A capture takes what was held before; the others take one unit once.
        assert before.available - after.available == (kind != "capture")
        assert before.posted - after.posted == (kind != "place")
        if not died:
            break

    assert not died
    assert point >= 4
    assert await db.read(invariants.find_breaches) == []
