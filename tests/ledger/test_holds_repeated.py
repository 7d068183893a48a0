"""The same act on a hold asked for again: one effect, or a conflict, never two."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger import entries, holds, invariants
from ledger.database import Database
from ledger.ids import AccountId
from tests.ledger.builders import an_id, available, hold, move, open_accounts


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


async def test_a_capture_asked_for_twice_in_one_call_takes_once(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 60)
    part = holds.Capture(an_id(db), held, 20)
    on = db.clock.now().date()

    await db.transact(holds.capture, [part, part], effective_on=on)

    assert (await db.read(holds.get, held)).remaining == 40
    assert await available(db, b) == 20
    assert await db.read(invariants.find_breaches) == []


async def test_a_capture_asked_for_again_with_other_units_is_a_conflict(
    db, books
) -> None:
    _, a, b = books
    held = await hold(db, a, b, 60)
    part = holds.Capture(an_id(db), held, 20)
    on = db.clock.now().date()
    await db.transact(holds.capture, [part], effective_on=on)

    with pytest.raises(entries.EntryIdReused) as said:
        await db.transact(holds.capture, [replace(part, units=30)], effective_on=on)
    assert said.value.facts == {"entry": part.id}
    for same in (20, None):
        again = replace(part, units=same)
        (outcome,) = await db.transact(holds.capture, [again], effective_on=on)
        assert outcome.replayed
    assert await available(db, b) == 20


async def test_a_release_asked_for_twice_in_one_call_lets_go_once(db, books) -> None:
    _, a, b = books
    item = holds.Release(an_id(db), await hold(db, a, b, 60))
    on = db.clock.now().date()

    await db.transact(holds.release, [item, item], effective_on=on)

    assert await available(db, a) == 100
    assert await db.read(invariants.find_breaches) == []


async def test_a_hold_placed_twice_in_one_call_holds_once(db, books) -> None:
    _, a, b = books
    new = holds.NewHold(an_id(db), a, b, 10, db.clock.now().date())

    await db.transact(holds.place, [new, new])

    assert await available(db, a) == 90
    assert await db.read(invariants.find_breaches) == []


async def test_a_hold_placed_again_with_another_end_is_a_conflict(db, books) -> None:
    _, a, b = books
    now = db.clock.now()
    ends = now + timedelta(days=1)
    new = holds.NewHold(an_id(db), a, b, 10, now.date(), expires_at=ends)
    await db.transact(holds.place, [new])

    for other in (None, ends + timedelta(days=1)):
        with pytest.raises(entries.EntryIdReused):
            await db.transact(holds.place, [replace(new, expires_at=other)])
    assert (await db.transact(holds.place, [new]))[0].replayed
