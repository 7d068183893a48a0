"""What vanished between commit and sealing, or changed since, is found from both sides."""

import psycopg
import pytest

from ledger import audit, entries
from ledger.database import Database
from ledger.journal import LEGS_PER_PART
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import SIGNER, DoorOpened, seal_all, tell
from tests.ledger.builders import an_entry, move, open_accounts

SABOTAGE = {
    "DELETE FROM audit_queue WHERE number = 2": {audit.Finding.EVENT_NOT_SEALED},
    "DELETE FROM audit_queue": {audit.Finding.EVENT_NOT_SEALED},
    "DELETE FROM audit_queue; UPDATE entry SET stream = NULL, number = NULL": {
        audit.Finding.EVENT_NOT_SEALED,
        audit.Finding.JOURNAL_NOT_TOLD,
    },
    "UPDATE posting SET units = units * 2": {audit.Finding.JOURNAL_CHANGED},
    "UPDATE entry SET kind = 'other'": {audit.Finding.JOURNAL_CHANGED},
    "DELETE FROM posting": {audit.Finding.JOURNAL_CHANGED},
}
AFTERWARDS = {
    "DELETE FROM event WHERE type = 'door.opened'": {audit.Finding.ENTRY_NOT_TOLD},
    "DELETE FROM entry": {audit.Finding.ENTRY_NOT_TOLD},
    "UPDATE entry SET kind = 'other'": {audit.Finding.JOURNAL_CHANGED},
    "UPDATE entry SET booked_at = booked_at + interval '1 s'": {
        audit.Finding.JOURNAL_CHANGED
    },
}


async def _findings(db: Database) -> set[audit.Finding]:
    found = await db.read(audit.reconcile, since=FIRST_MOMENT)
    return {one.finding for one in found}


async def _a_deposit(db: Database) -> None:
    bank, wallet, _ = await db.transact(open_accounts)
    await move(db, bank, wallet, 500)
    await db.transact(tell, DoorOpened("door_1"))


def _sabotage(url: str, statement: str) -> None:
    """Act as somebody who owns the server and switches triggers off."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


async def test_honest_books_agree_before_and_after_sealing(db: Database) -> None:
    await _a_deposit(db)
    before = await _findings(db)
    await seal_all(db)

    assert before == await _findings(db) == set()


@pytest.mark.parametrize("statement", SABOTAGE)
async def test_sabotage_before_sealing_is_found(
    db: Database, admin_of: str, statement: str
) -> None:
    await _a_deposit(db)

    _sabotage(admin_of, statement)
    await db.transact(audit.seal, SIGNER)

    assert await _findings(db) == SABOTAGE[statement]


async def test_one_part_of_a_long_entry_that_vanished_is_found(
    db: Database, admin_of: str
) -> None:
    bank, wallet, _ = await db.transact(open_accounts)
    legs = entries.transfer(debit=bank, credit=wallet, units=1) * LEGS_PER_PART
    await db.transact(entries.post, [an_entry(db, legs)])
    before = await _findings(db)

    _sabotage(admin_of, "DELETE FROM audit_queue WHERE part = 2")
    unsealed = await _findings(db)
    await db.transact(audit.seal, SIGNER)

    assert before == set()
    assert unsealed == await _findings(db) == {audit.Finding.EVENT_NOT_SEALED}


@pytest.mark.parametrize("statement", AFTERWARDS)
async def test_sabotage_after_sealing_is_found(
    db: Database, admin_of: str, statement: str
) -> None:
    await _a_deposit(db)
    await seal_all(db)

    _sabotage(admin_of, statement)

    assert await _findings(db) == AFTERWARDS[statement]
