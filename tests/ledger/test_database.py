"""One command, one transaction: run again when that may help, and never half done."""

import asyncio
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from ledger.database import MAX_TRIES, Database, UnitOfWork
from ledger.errors import Unavailable
from tests.counting import counted
from tests.ledger.builders import available, move, open_accounts

CUT_ALL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE usename = current_user AND datname = current_database()"
    " AND pid <> pg_backend_pid()"
)
CUT_OWN = text("SELECT pg_terminate_backend(pg_backend_pid())")


class Tries:
    """A use case that meets trouble the first times it is run."""

    def __init__(self, trouble: str, times: int) -> None:
        self.trouble = trouble
        self.times = times
        self.count = 0

    async def __call__(self, uow: UnitOfWork) -> int:
        self.count += 1
        if self.count <= self.times:
            await uow.session.execute(text(self.trouble))
        return self.count


def _raised(state: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"


PASSING = [_raised("40001"), _raised("40P01"), CUT_OWN.text]


@pytest.mark.parametrize("trouble", PASSING)
async def test_what_may_pass_is_run_again(db: Database, trouble: str) -> None:
    assert await db.transact(Tries(trouble, 2)) == 3
    assert await db.read(Tries(trouble, 2)) == 3


@pytest.mark.parametrize("trouble", PASSING)
async def test_what_does_not_pass_is_given_up(db: Database, trouble: str) -> None:
    tries = Tries(trouble, MAX_TRIES)

    with pytest.raises(Unavailable):
        await db.transact(tries)

    assert tries.count == MAX_TRIES


@pytest.mark.parametrize("state", ["55P03", "57014", "53300"])
async def test_a_busy_database_is_told_at_once(db: Database, state: str) -> None:
    tries = Tries(_raised(state), 1)

    with pytest.raises(Unavailable):
        await db.transact(tries)

    assert tries.count == 1


async def test_a_restart_of_the_database_is_not_noticed_by_callers(
    db: Database,
) -> None:
    bank, wallet, _ = await db.transact(open_accounts)
    await asyncio.gather(*(move(db, bank, wallet, 1) for _ in range(4)))

    await db.transact(lambda uow: uow.session.execute(CUT_ALL))
    await asyncio.gather(*(move(db, bank, wallet, 1) for _ in range(4)))

    assert await available(db, wallet) == 8


async def test_an_unknown_outcome_of_a_commit_is_said_and_not_tried_again(
    db: Database, admin_of: str
) -> None:
    tries = Tries("SELECT 1", 1)

    def cut(connection: Any) -> None:
        pid = connection.connection.driver_connection.info.backend_pid
        with psycopg.connect(admin_of) as another:
            another.execute("SELECT pg_terminate_backend(%s, 1000)", [pid])

    event.listen(db.engine.sync_engine, "commit", cut)
    try:
        with pytest.raises(Unavailable):
            await db.transact(tries)
    finally:
        event.remove(db.engine.sync_engine, "commit", cut)

    assert tries.count == 1


async def test_who_stops_waiting_does_not_cut_a_command_short(db: Database) -> None:
    bank, wallet, _ = await db.transact(open_accounts)
    moving = asyncio.create_task(move(db, bank, wallet, 5))
    await asyncio.sleep(0)
    moving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await moving

    for _ in range(100):
        if await available(db, wallet):
            break
        await asyncio.sleep(0.01)
    assert await available(db, wallet) == 5


async def test_a_post_takes_one_statement(db: Database) -> None:
    bank, wallet, _ = await db.transact(open_accounts)

    with counted(db) as said:
        await move(db, bank, wallet, 5)

    assert len(said) == 1
    assert "FROM book(" in said[0]
