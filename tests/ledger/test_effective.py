"""Balances by effective date are what summing the whole history gives, whatever came when."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from ledger import balances, effective, entries
from ledger.clock import business_date
from ledger.database import Database, UnitOfWork
from ledger.entries import Leg, NewEntry
from ledger.ids import AccountId
from tests.ledger.builders import an_id, open_pair

ENTRIES = 150


@pytest.fixture
async def history(db: Database, clock) -> tuple[list[AccountId], list[NewEntry]]:
    """Entries booked over some weeks, a third of them for days before or after."""
    pair = await db.transact(open_pair)
    luck = random.Random(7)
    new = []
    for _ in range(ENTRIES):
        clock.advance(timedelta(hours=luck.randint(0, 6)))
        shift = luck.choice([0, 0, 0, 0, -9, -2, -1, 1, 12])
        on = business_date(clock.now()) + timedelta(days=shift)
        units = luck.randint(1, 99) * luck.choice([1, -1])
        legs = Leg(pair[0], units), Leg(pair[1], -units)
        new.append(NewEntry(an_id(db), "test", legs, on))
        await db.transact(entries.post, new[-1:])
    return pair, new


async def test_every_day_agrees_with_the_sum_of_all_entries(db, history) -> None:
    pair, new = history
    first = min(entry.effective_on for entry in new) - timedelta(days=1)
    last = max(entry.effective_on for entry in new) + timedelta(days=1)
    for day in range((last - first).days + 1):
        on = first + timedelta(days=day)
        sums: defaultdict[AccountId, int] = defaultdict(int)
        for entry in new:
            for leg in entry.legs if entry.effective_on <= on else ():
                sums[leg.account] += leg.units

        found = await db.read(effective.units_as_of, pair, on)

        assert found == {account: units for account, units in sums.items() if units}
        assert await db.read(balances.as_of, pair[0], on) == sums[pair[0]]


async def test_nothing_asked_and_nothing_moved_is_nothing(db) -> None:
    pair = await db.transact(open_pair)

    assert await db.read(effective.units_as_of, [], date(2026, 1, 1)) == {}
    assert await db.read(effective.units_as_of, pair, date(2026, 1, 1)) == {}


async def test_only_what_was_booked_for_another_day_is_in_the_index(
    db, history
) -> None:
    async def plan(uow: UnitOfWork) -> str:
        await uow.session.execute(text("SET LOCAL enable_seqscan = off"))
        query = f"EXPLAIN SELECT id FROM entry WHERE {effective.OFF_DAY}"  # noqa: S608 - ours
        return str((await uow.session.execute(text(query))).all())

    assert "ix_entry_off_day" in await db.read(plan)
