"""Journal and audit log are compared by a job, and what differs sounds the alarm."""

from datetime import timedelta

import psycopg
from structlog.testing import capture_logs

from api.jobs.reconciling import Comparison
from ledger.clock import StoppedClock
from ledger.database import Database
from tests.ledger.audit.builders import post, seal_all


async def test_a_journal_entry_changed_after_sealing_sounds_the_alarm(
    db: Database, admin_of: str, clock: StoppedClock
) -> None:
    entry = await db.transact(post)
    await seal_all(db)
    with capture_logs() as before:
        await Comparison(db).compare_lately()
        await Comparison(db).compare_all()
    with psycopg.connect(admin_of) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE entry SET kind = 'withdrawal'")

    with capture_logs() as lately:
        await Comparison(db).compare_lately()
    clock.advance(timedelta(days=3))
    with capture_logs() as long_after:
        await Comparison(db).compare_lately()
    with capture_logs() as everything:
        await Comparison(db).compare_all()

    alarm = {
        "event": "log_and_books_differ",
        "log_level": "error",
        "finding": "JOURNAL_CHANGED",
        "id": entry,
    }
    assert before == long_after == []
    assert lately == everything == [alarm]
