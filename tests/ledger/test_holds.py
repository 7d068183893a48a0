"""Holds set units aside, end once, and count in every limit."""

import asyncio
from datetime import timedelta

import pytest

from ledger import accounts, balances, entries, holds, invariants
from ledger.accounts import CLIENT_MONEY, LOAN_BOOK, Side, Spec
from ledger.canonical import instant_text
from ledger.database import Database
from ledger.ids import AccountId, EntryId
from tests.ledger.builders import an_id, available, hold, move, open_accounts
from tests.ledger.test_lane import ask


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


async def capture(db: Database, held: EntryId, units: int | None = None) -> None:
    await db.transact(
        holds.capture,
        [holds.Capture(an_id(db), held, units)],
        effective_on=db.clock.now().date(),
    )


async def release(db: Database, held: EntryId) -> None:
    await db.transact(
        holds.release,
        [holds.Release(an_id(db), held)],
        effective_on=db.clock.now().date(),
    )


async def test_held_units_stay_but_are_not_available(db, books) -> None:
    _, a, b = books

    await hold(db, a, b, 60)

    balance = await db.read(balances.get, a)
    assert (balance.posted, balance.available) == (100, 40)
    with pytest.raises(entries.InsufficientFunds):
        await move(db, a, b, 41)
    with pytest.raises(entries.InsufficientFunds):
        await hold(db, a, b, 41)
    assert await db.read(invariants.find_breaches) == []


async def test_a_hold_is_captured_in_parts_and_never_beyond_itself(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 60)

    await capture(db, held, 20)
    with pytest.raises(holds.CaptureTooLarge):
        await capture(db, held, 41)
    await capture(db, held)

    assert await available(db, b) == 60
    with pytest.raises(holds.HoldEnded):
        await capture(db, held, 1)
    assert await db.read(invariants.find_breaches) == []


async def test_what_remains_of_a_hold_is_released_once(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 60)
    await capture(db, held, 10)

    await release(db, held)

    assert await available(db, a) == 90
    for again in (capture, release):
        with pytest.raises(holds.HoldEnded):
            await again(db, held)
    assert await db.read(invariants.find_breaches) == []


async def test_a_replayed_capture_or_release_has_one_effect(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 60)
    part = holds.Capture(an_id(db), held, 20)
    rest = holds.Release(an_id(db), held)
    on = db.clock.now().date()

    for _ in range(2):
        await db.transact(holds.capture, [part], effective_on=on)
    for _ in range(2):
        await db.transact(holds.release, [rest], effective_on=on)

    assert await available(db, a) == 80
    assert await db.read(invariants.find_breaches) == []


async def test_an_expired_hold_cannot_be_captured_and_is_let_go(
    db, books, clock
) -> None:
    _, a, b = books
    expires_at = clock.now() + timedelta(hours=1)
    new = holds.NewHold(an_id(db), a, b, 60, clock.now().date(), expires_at)
    await db.transact(holds.place, [new])
    assert await ask(db, "SELECT details FROM entry WHERE state = 'pending'") == {
        "units": "60",
        "expires_at": instant_text(expires_at),
    }
    clock.advance(timedelta(hours=1))

    with pytest.raises(holds.HoldEnded):
        await capture(db, new.id)

    assert await db.transact(holds.expire_due) == 1
    assert await db.transact(holds.expire_due) == 0
    assert await available(db, a) == 100
    ended = await db.read(holds.get, new.id)
    assert (ended.state, ended.remaining) == (holds.HoldState.EXPIRED, 0)
    assert await db.read(invariants.find_breaches) == []


async def test_capture_and_release_at_once_end_a_hold_once(db, books) -> None:
    _, a, b = books
    held = await hold(db, a, b, 60)

    outcomes = await asyncio.gather(
        *(capture(db, held) for _ in range(4)),
        *(release(db, held) for _ in range(4)),
        return_exceptions=True,
    )

    assert [o for o in outcomes if o is None] == [None]
    assert all(isinstance(o, holds.HoldEnded) for o in outcomes if o is not None)
    assert await available(db, a) + await available(db, b) == 100
    assert await db.read(invariants.find_breaches) == []


async def test_many_holds_are_captured_together_or_not_at_all(db, books) -> None:
    _, a, b = books
    held = [await hold(db, a, b, 10) for _ in range(5)]
    await release(db, held[-1])
    on = db.clock.now().date()

    with pytest.raises(holds.HoldEnded):
        await db.transact(
            holds.capture,
            [holds.Capture(an_id(db), one) for one in held],
            effective_on=on,
        )

    assert await available(db, b) == 0
    await db.transact(
        holds.capture,
        [holds.Capture(an_id(db), one) for one in held[:-1]],
        effective_on=on,
    )
    assert await available(db, b) == 40


@pytest.mark.parametrize(("book", "asset"), [(CLIENT_MONEY, "KHR"), (LOAN_BOOK, "USD")])
async def test_what_could_never_be_captured_is_not_held(db, books, book, asset) -> None:
    spec = Spec(book, "other", "x", asset, Side.CREDIT)
    (other,) = await db.transact(accounts.open_all, [spec])
    _, a, _ = books

    with pytest.raises(entries.EntryUnbalanced):
        await hold(db, a, other, 5)

    assert await available(db, a) == 100
