"""Many processes at once: every caller's story agrees with the books.

The full size is set by TONLE_CROWD=processes,acts; see CONTRIBUTING.
"""

import os
from collections import Counter

import pytest

from ledger import accounts, balances, entries, invariants
from ledger.accounts import CLIENT_MONEY, Side, Spec
from ledger.clock import SystemClock
from ledger.database import Database
from ledger.ids import AccountId
from tests.ledger import crowd
from tests.ledger.builders import an_entry

WALLETS = 20
START = 1_000
PROCESSES, ACTS = map(int, os.environ.get("TONLE_CROWD", "3,80").split(","))
KILLS = 4

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def clock() -> SystemClock:
    return SystemClock()


@pytest.fixture
async def wallets(db: Database) -> list[AccountId]:
    specs = [
        Spec(CLIENT_MONEY, f"wallet/{n}", "wallet", "USD", Side.CREDIT, 0)
        for n in range(WALLETS)
    ]
    bank, *opened = await db.transact(
        accounts.open_all,
        [Spec(CLIENT_MONEY, "bank", "bank", "USD", Side.DEBIT), *specs],
    )
    start = [
        an_entry(db, entries.transfer(debit=bank, credit=one, units=START))
        for one in opened
    ]
    await db.transact(entries.post, start)
    return opened


async def test_every_story_agrees_with_the_books(db, app_url, wallets) -> None:
    total = WALLETS * START

    stories = crowd.live(app_url, wallets, total=total, processes=PROCESSES, acts=ACTS)

    moved: Counter[AccountId] = Counter()
    for story in stories:
        moved.update(story.moved)
        assert story.strange == []
        assert set(story.refused) <= {"insufficient_funds"}
        assert story.done > ACTS // 2
    found = await db.read(balances.get_many, wallets)
    assert {one: found[one].posted - START for one in wallets} == {
        one: moved[one] for one in wallets
    }
    assert sum(balance.pending_out for balance in found.values()) == 0
    assert await db.read(invariants.find_breaches) == []


async def test_what_a_killed_lane_had_acknowledged_is_stored(
    db, app_url, wallets
) -> None:
    for seed in range(KILLS):
        asked, stored = crowd.lane_killed_after(
            app_url, wallets, heard=20 + 31 * seed, seed=seed
        )
        assert stored
        again = await db.transact(entries.post, list(asked.values()))
        replayed = {posted.id for posted in again if posted.replayed}
        assert stored <= replayed
    found = await db.read(balances.get_many, wallets)
    assert sum(balance.posted for balance in found.values()) == WALLETS * START
    assert await db.read(invariants.find_breaches) == []
