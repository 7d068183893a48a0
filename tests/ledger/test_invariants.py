"""Every law of the ledger finds a corruption made behind the application's back."""

import psycopg
import pytest

from ledger import invariants
from ledger.database import Database
from tests.ledger.builders import an_id, hold, move, open_accounts

CORRUPTIONS = {
    "entries_balance": "UPDATE posting SET units = units + 1 WHERE leg = 0",
    "books_balance": "UPDATE balance SET posted_debits = posted_debits + 1"
    " WHERE normal_side = 'debit'",
    "entries_are_whole": "DELETE FROM posting WHERE leg = 1",
    "history_runs_forward": "UPDATE posting SET booked_at = booked_at - interval '1 h'"
    " WHERE version = 2",
    "history_has_no_gap": "UPDATE posting SET version = version + 7 WHERE leg = 0",
    "balance_is_its_history": "UPDATE balance SET version = version + 1",
    "every_account_has_a_balance": "UPDATE account SET normal_side = 'debit'",
    "limits_are_kept": "UPDATE balance SET posted_debits = posted_debits + 1000"
    " WHERE normal_side = 'credit'",
    "pending_is_what_is_held": "UPDATE balance SET pending_debits = 1"
    " WHERE normal_side = 'credit'",
    "holds_end_once": "UPDATE hold SET captured = 5",
    "pending_entries_have_their_hold": "DELETE FROM hold",
    "reversals_mirror": "UPDATE entry SET reverses = (SELECT min(id::text)::uuid"
    " FROM entry WHERE state = 'posted') WHERE id = (SELECT max(id::text)::uuid"
    " FROM entry WHERE state = 'posted')",
    "closed_accounts_are_empty": "UPDATE account SET closed_at = now()",
    "closed_periods_stay_closed": "INSERT INTO period VALUES"
    " ('client_money', '2026-01-01', '2026-01-31', 'closed', '2026-01-02')",
}


@pytest.fixture
async def lived_in(db: Database) -> Database:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    await move(db, a, b, 40)
    await hold(db, a, b, 10)
    assert an_id(db)
    return db


def test_every_law_has_a_corruption() -> None:
    laws = invariants.read_laws(invariants.LEDGER_LAWS)
    assert {law.name for law in laws} == set(CORRUPTIONS)
    assert all(law.says.endswith(".") for law in laws)


@pytest.mark.parametrize("law", CORRUPTIONS)
async def test_a_corruption_is_found_by_its_law(lived_in, admin_of, law) -> None:
    assert await lived_in.read(invariants.find_breaches) == []
    with psycopg.connect(admin_of) as connection:
        connection.execute("SET session_replication_role = replica")
        for name in ("floor", "ceiling"):
            connection.execute(f"ALTER TABLE balance DROP CONSTRAINT ck_balance_{name}")
        connection.execute(CORRUPTIONS[law])

    breaches = await lived_in.read(invariants.find_breaches)

    assert law in {breach.law.name for breach in breaches}
    assert all(breach.where and breach.off_by for breach in breaches)
