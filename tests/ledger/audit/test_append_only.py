"""The log only grows: neither the application nor the tables' owner can change it."""

import psycopg
import pytest
from psycopg import errors, sql

from ledger.database import Database
from tests.ledger.audit.builders import DoorOpened, a_log, tell

CHANGES = [
    "UPDATE event SET actor = 'nobody'",
    "DELETE FROM event",
    "TRUNCATE event CASCADE",
    "UPDATE audit_entry SET seq = seq + 1000000",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "UPDATE audit_checkpoint SET note = ''",
    "DELETE FROM audit_checkpoint",
    "TRUNCATE audit_checkpoint CASCADE",
]


def _try(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("who", ["app_url", "owner_url"])
async def test_nobody_changes_or_removes_what_was_told_or_sealed(
    db: Database, request: pytest.FixtureRequest, who: str
) -> None:
    await a_log(db)

    for change in CHANGES:
        with pytest.raises(errors.InsufficientPrivilege):
            _try(request.getfixturevalue(who), change)


TURNS_BACK = [
    "DELETE FROM audit_queue",
    "UPDATE audit_queue SET number = number + 1",
    "TRUNCATE audit_queue",
    "DELETE FROM audit_tile",
    "UPDATE audit_tile SET hashes = sha256('x')",
    "UPDATE audit_tile SET level = level + 1",
    "UPDATE audit_stream SET number = number - 1",
    "UPDATE audit_stream SET number = number + 1, xid = xid - 1",
    "DELETE FROM audit_stream",
    "UPDATE audit_lease SET epoch = epoch - 1",
    "DELETE FROM audit_lease",
]


@pytest.mark.parametrize("who", ["app_url", "owner_url"])
async def test_what_keeps_the_count_cannot_be_turned_back(
    db: Database, request: pytest.FixtureRequest, who: str
) -> None:
    await a_log(db)
    await db.transact(tell, DoorOpened("door_9"))

    for change in TURNS_BACK:
        with pytest.raises(errors.InsufficientPrivilege):
            _try(request.getfixturevalue(who), change)


async def test_an_entry_is_only_taken_with_its_own_hash(
    db: Database, app_url: str
) -> None:
    await a_log(db)
    copied = (
        "INSERT INTO audit_entry SELECT seq + 100000, gen_random_uuid(), 0,"
        " leaf_hash, canonical || ' ' FROM audit_entry LIMIT 1"
    )

    with pytest.raises(errors.CheckViolation):
        _try(app_url, copied)


@pytest.mark.parametrize("table", ["audit_private", "outbox"])
def test_the_auditor_does_not_see_personal_values(auditor_url: str, table: str) -> None:
    statement = sql.SQL("SELECT FROM {}").format(sql.Identifier(table))

    with (
        psycopg.connect(auditor_url) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)
