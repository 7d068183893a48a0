"""What an owner of the database changes by hand is named: law, place, and by how much."""

import psycopg
import pytest

from ledger import invariants
from ledger.database import Database
from ledger.ids import AccountId
from tests.ledger.builders import move, open_accounts

# Who owns the database can switch triggers and constraints off, and so do we here.
_SILENT = "SET session_replication_role = replica"


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    """A bank and two wallets; 100 came in, 40 went from one to the other."""
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


@pytest.fixture
async def moved(db: Database, books: list[AccountId]) -> str:
    return (await move(db, books[1], books[2], 40)).id


def corrupt(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(_SILENT)
        assert connection.execute(statement).rowcount == 1


async def found(db: Database) -> set[tuple[str, str, str]]:
    breaches = await db.read(invariants.find_breaches)
    return {(one.law.name, one.where, one.off_by) for one in breaches}


async def test_a_changed_amount_is_named(db, books, moved, admin_of) -> None:
    corrupt(
        admin_of, "UPDATE posting SET units = -39 WHERE version = 1 AND units = -40"
    )

    assert await found(db) == {
        ("entries_balance", moved, "client_money USD 1"),
        ("history_has_no_gap", f"{books[2]} version 1", "-1 in its balance, 0 in its number"),
        ("balance_is_its_history", books[2], "0 in debits, 1 in credits, 0 in its number"),
    }  # fmt: skip


async def test_only_the_place_of_a_change_is_named_however_much_followed(
    db, books, moved, admin_of
) -> None:
    for _ in range(3):
        await move(db, books[0], books[1], 1)
    corrupt(admin_of, "DELETE FROM posting WHERE units = 40")

    places = [one for one in await found(db) if one[0] == "history_has_no_gap"]

    assert places == [
        ("history_has_no_gap", f"{books[1]} version 3", "40 in its balance, 1 in its number")
    ]  # fmt: skip


async def test_a_deleted_posting_is_named(db, books, moved, admin_of) -> None:
    corrupt(admin_of, "DELETE FROM posting WHERE units = -40")

    assert await found(db) == {
        ("entries_balance", moved, "client_money USD 40"),
        ("entries_are_whole", moved, "-1 of its legs"),
        ("balance_is_its_history", books[2], "0 in debits, 40 in credits, 1 in its number"),
    }  # fmt: skip


async def test_a_balance_off_by_one_is_named(db, books, moved, admin_of) -> None:
    corrupt(
        admin_of,
        "UPDATE balance SET posted_credits = posted_credits + 1 WHERE posted_debits = 40",
    )

    assert await found(db) == {
        ("books_balance", "client_money USD", "-1"),
        ("balance_is_its_history", books[1], "0 in debits, 1 in credits, 0 in its number"),
    }  # fmt: skip
