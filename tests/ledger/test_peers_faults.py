"""Faults that other ledgers shipped, each as a story that ends well here.

The names say where each was reported; see the projects' public issue trackers.
"""

import asyncio

import pytest

from ledger import balances, entries, holds, invariants
from ledger.database import Database
from ledger.ids import AccountId
from tests.ledger.builders import an_entry, an_id, available, hold, move, open_accounts


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


async def end(db: Database, act, item):
    return await db.transact(act, [item], effective_on=db.clock.now().date())


async def test_a_refund_repeated_moves_money_once(db, books) -> None:
    """Blnk 374: the same refund again moved the money again."""
    _, a, b = books
    paid = await move(db, a, b, 40)
    undo = {"effective_on": db.clock.now().date(), "memo": "refund"}
    refund = an_id(db)

    outcomes = await asyncio.gather(
        *(
            db.transact(entries.reverse, paid.id, reversal=refund, **undo)
            for _ in range(4)
        )
    )

    assert [outcome.replayed for outcome in outcomes].count(False) == 1
    with pytest.raises(entries.NotReversible):
        await db.transact(entries.reverse, paid.id, reversal=an_id(db), **undo)
    assert await available(db, a) == 100


async def test_a_hold_that_was_let_go_cannot_be_committed(db, books) -> None:
    """Blnk 182: a rejected hold could still be committed."""
    _, a, b = books
    held = await hold(db, a, b, 40)
    await end(db, holds.release, holds.Release(an_id(db), held))

    with pytest.raises(holds.HoldEnded):
        await end(db, holds.capture, holds.Capture(an_id(db), held))

    assert await available(db, b) == 0


async def test_holds_count_in_an_overdraft_check(db, books) -> None:
    """Blnk 181: holds were not counted, and committing them overdrew the account."""
    _, a, b = books
    first = await hold(db, a, b, 60)

    with pytest.raises(entries.InsufficientFunds):
        await hold(db, a, b, 60)
    with pytest.raises(entries.InsufficientFunds):
        await move(db, a, b, 60)
    await end(db, holds.capture, holds.Capture(an_id(db), first))

    assert (await db.read(balances.get, a)).posted == 40


async def test_the_same_key_twice_in_one_batch_moves_once(db, books) -> None:
    """Formance: a key repeated within a bulk was applied twice."""
    _, a, b = books
    entry = an_entry(db, entries.transfer(debit=a, credit=b, units=10))

    first, again = await db.transact(entries.post, [entry, entry])

    assert first.legs == again.legs
    assert await available(db, a) == 90


async def test_eight_at_once_neither_break_the_history_nor_share_a_number(
    db, books
) -> None:
    """python-accounting: numbers came from counting rows, hashes from the row before."""
    bank, a, b = books

    await asyncio.gather(
        *(move(db, *pair, 1) for _ in range(25) for pair in ((bank, a), (a, b)) * 2)
    )

    assert (await db.read(balances.get, a)).version == 101
    assert await db.read(invariants.find_breaches) == []


@pytest.mark.parametrize("units", [-10, 0, 0.5])
async def test_an_amount_that_is_none_is_refused(db, books, units) -> None:
    """Blnk: negative and fractional amounts were accepted; a minus turned the sides."""
    _, a, b = books
    with pytest.raises((entries.UnitsOutOfRange, entries.InsufficientFunds)):
        await move(db, a, b, units)
    with pytest.raises(entries.UnitsOutOfRange):
        await hold(db, a, b, units)
    assert await available(db, a) == 100
