"""Opposite lock orders: no deadlock reaches a caller, and any read shows a sound bank.

The full size is set by TONLE_CROWD=processes,acts; see CONTRIBUTING.
"""

import os

import psycopg
import pytest

from ledger import accounts, entries, invariants
from ledger.accounts import CLIENT_MONEY, Side, Spec
from ledger.clock import SystemClock
from ledger.database import Database
from tests.ledger import opposed
from tests.ledger.builders import an_entry
from tests.ledger.opposed import Bank

WALLETS = 8
START = 100
PROCESSES, ACTS = map(int, os.environ.get("TONLE_CROWD", "8,25").split(","))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


@pytest.fixture
async def bank(db: Database, app_url: str) -> Bank:
    paths = [f"wallet/{n}" for n in range(WALLETS)]
    specs = [
        Spec(CLIENT_MONEY, path, "wallet", "USD", Side.CREDIT, 0) for path in paths
    ]
    held, *opened = await db.transact(
        accounts.open_all,
        [Spec(CLIENT_MONEY, "bank", "bank", "USD", Side.DEBIT), *specs],
    )
    start = [
        an_entry(db, entries.transfer(debit=held, credit=one, units=START))
        for one in opened
    ]
    await db.transact(entries.post, start)
    return Bank(app_url, opened, frozenset(paths), WALLETS * START)


def deadlocks(url: str) -> int:
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with psycopg.connect(url) as connection:
        (count,) = connection.execute(query).fetchone() or (0,)
        return int(count)


async def test_opposite_orders_deadlock_nobody_and_every_read_is_sound(
    db: Database, bank: Bank, admin_of: str
) -> None:
    told, watched = opposed.live(bank, processes=PROCESSES, acts=ACTS)

    assert [story.strange for story in told] == [[]] * PROCESSES
    assert sum(story.done + story.refused for story in told) == PROCESSES * ACTS
    assert sum(story.done for story in told) > PROCESSES * ACTS // 4
    assert watched.strange == []
    assert watched.reads > 1
    assert deadlocks(admin_of) == 0
    assert await db.read(invariants.find_breaches) == []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([("wallet/0", 5, 5, 5), ("wallet/1", 5, 5, 5)], ""),
        ([("wallet/0", 5, 5, 5), ("wallet/1", 4, 4, 4)], "total 9"),
        ([("wallet/0", 11, 11, 11), ("wallet/1", -1, -1, -1)], "wallet/1 has"),
        ([("wallet/0", 5, 5, 5), ("wallet/1", 5, 5, -1)], "wallet/1 has"),
        ([("wallet/0", 5, 5, 5), ("wallet/1", 5, None, 5)], "nil"),
        ([("wallet/0", 5, 5, 5), ("wallet/1", 5, 4, 5)], "wallet/1 moved"),
        ([("wallet/0", 10, 10, 10)], "accounts"),
        ([(f"wallet/{n}", 5, 5, 5) for n in range(3)], "accounts"),
    ],
)
def test_the_watch_sees_what_no_read_may_show(rows, fault: str) -> None:
    bank = Bank("", [], frozenset({"wallet/0", "wallet/1"}), 10)

    faults = " ".join(bank.faults(rows))

    assert fault in faults
    assert bool(faults) == bool(fault)
