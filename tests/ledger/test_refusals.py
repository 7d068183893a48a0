"""Each bad input has its own refusal, which names its entry; nothing partial stays."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ledger import accounts, entries, holds, invariants, statements
from ledger.database import Database
from ledger.entries import Leg
from ledger.errors import Refusal
from ledger.ids import AccountId
from tests.ledger.builders import an_entry, an_id, available, hold, move, open_accounts

NOBODY = AccountId("acct_" + "0" * 26)


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


LEGS: dict[str, Any] = {
    "entry_unbalanced": lambda bank, a, _: [Leg(bank, 5), Leg(a, -4)],
    "entry_has_too_few_legs": lambda bank, *_: [Leg(bank, 5)],
    "entry_has_too_many_legs": lambda bank, a, _: (
        [Leg(bank, 1)] * 10_000 + [Leg(a, -10_000)]
    ),
    "account_unknown": lambda _, a, _b: [Leg(NOBODY, 5), Leg(a, -5)],
    "insufficient_funds": lambda _, a, b: [Leg(a, 102), Leg(b, -102)],
}
UNITS: dict[str, Any] = {
    "zero": 0,
    "more than 62 bits": 2**62,
    "less than 62 bits": -(2**63),
    "a fraction": 1.5,
    "a whole number in disguise": 5.0,
    "true": True,
}


async def refused(db: Database, bad: entries.NewEntry, good: entries.NewEntry):
    """Post a good entry and a bad one together; return what was said."""
    with pytest.raises(Refusal) as said:
        await db.transact(entries.post, [good, bad])
    assert said.value.facts["entry"] == bad.id
    return said.value


@pytest.mark.parametrize("code", LEGS)
async def test_bad_legs_are_refused_by_their_code(db, books, code) -> None:
    good = an_entry(db, entries.transfer(debit=books[0], credit=books[1], units=1))

    said = await refused(db, an_entry(db, LEGS[code](*books)), good)

    assert said.code == code
    assert await available(db, books[1]) == 100


@pytest.mark.parametrize("units", UNITS)
async def test_units_that_are_none_are_refused(db, books, units) -> None:
    bank, a, b = books
    bad = UNITS[units]
    good = an_entry(db, entries.transfer(debit=bank, credit=a, units=1))

    said = await refused(db, an_entry(db, [Leg(bank, bad), Leg(a, -bad)]), good)

    assert said.code == "units_out_of_range"
    with pytest.raises(entries.UnitsOutOfRange):
        await hold(db, a, b, bad)
    assert await db.read(invariants.find_breaches) == []


async def test_holds_of_less_than_nothing_are_refused(db, books) -> None:
    _, a, b = books
    with pytest.raises(entries.UnitsOutOfRange):
        await hold(db, a, b, -5)
    held = await hold(db, a, b, 5)
    for units in (0, -1, 6):
        with pytest.raises(holds.CaptureTooLarge):
            await capture(db, held, units)
    assert await available(db, a) == 95


async def test_an_account_cannot_sum_to_more_than_is_kept(db) -> None:
    pair = await db.transact(
        accounts.open_all,
        [accounts.Spec("side", p, "x", "USD", accounts.Side.DEBIT) for p in "xy"],
    )
    for _ in range(2):
        await move(db, *pair, 2**62 - 1)
    with pytest.raises(entries.UnitsOutOfRange):
        await move(db, *pair, 2)


async def test_text_that_cannot_be_kept_is_refused(db, books) -> None:
    bank, a, _ = books
    legs = entries.transfer(debit=bank, credit=a, units=1)
    with pytest.raises(entries.EntryMalformed):
        await db.transact(entries.post, [an_entry(db, legs, memo="a\0b")])
    odd = 'quote " slash \\ brace {} comma , NULL ខ្មែរ \n'
    await db.transact(entries.post, [an_entry(db, legs, memo=odd)])
    kept = await db.read(statements.list_movements, a)
    assert kept[0].memo == odd


async def test_a_ceiling_counts_what_is_on_its_way(db, books) -> None:
    bank, a, _ = books
    spec = accounts.Spec(
        accounts.CLIENT_MONEY, "capped", "x", "USD", accounts.Side.CREDIT, 0, 50
    )
    (capped,) = await db.transact(accounts.open_all, [spec])
    await move(db, bank, capped, 20)
    await hold(db, a, capped, 30)

    with pytest.raises(Refusal) as said:
        await move(db, bank, capped, 1)

    assert said.value.code == "above_ceiling"
    assert said.value.facts["ceiling"] == 50


async def capture(db: Database, held, units: int | None = None):
    return await db.transact(
        holds.capture,
        [holds.Capture(an_id(db), held, units)],
        effective_on=db.clock.now().date(),
    )


async def test_a_frozen_account_pays_no_hold_but_lets_it_go(db, books, clock) -> None:
    _, a, b = books
    later = clock.now() + timedelta(hours=1)
    held = await hold(db, a, b, 10)
    timed = holds.NewHold(an_id(db), a, b, 10, clock.now().date(), later)
    await db.transact(holds.place, [timed])

    for extent in (accounts.Freeze.OUTFLOW, accounts.Freeze.ALL):
        await db.transact(accounts.freeze, a, extent)
        with pytest.raises(entries.AccountFrozen):
            await capture(db, held)
        with pytest.raises(entries.AccountFrozen):
            await hold(db, a, b, 1)

    on = clock.now().date()
    release = holds.Release(an_id(db), held)
    await db.transact(holds.release, [release], effective_on=on)
    clock.advance(timedelta(hours=2))
    assert await db.transact(holds.expire_due) == 1
    assert await available(db, a) == 100
    await db.transact(accounts.freeze, a, accounts.Freeze.NONE)
    await move(db, a, b, 100)
    assert await db.read(invariants.find_breaches) == []


async def test_an_account_with_a_hold_cannot_be_closed(db, books) -> None:
    bank, a, b = books
    held = await hold(db, a, b, 100)
    for account in (a, b):
        with pytest.raises(accounts.AccountNotEmpty):
            await db.transact(accounts.close, account)
    await capture(db, held)
    await db.transact(accounts.close, a)
    assert bank


async def test_two_reversals_at_once_reverse_once(db, books) -> None:
    bank, a, _ = books
    original = await move(db, bank, a, 7)
    undo = {"effective_on": db.clock.now().date(), "memo": ""}

    outcomes = await asyncio.gather(
        *(
            db.transact(entries.reverse, original.id, reversal=an_id(db), **undo)
            for _ in range(4)
        ),
        return_exceptions=True,
    )

    refusals = [o for o in outcomes if isinstance(o, entries.NotReversible)]
    assert len(refusals) == 3
    assert all(r.facts["entry"] == original.id for r in refusals)
    assert await available(db, a) == 100
