"""Operators keep the books: what is over closes, what runs cannot, results move on."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from finance import bookkeeping
from finance.bookkeeping import PeriodNotOver
from finance.wallets import chart
from ledger import accounts, balances, entries, invariants
from ledger.accounts import Book, Freeze
from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId
from ledger.money import Currency
from ledger.outbox import EventRow
from tests.ledger.builders import an_id, move, open_accounts

DECEMBER = {"book": Book.CLIENT_MONEY, "starts_on": date(2025, 12, 1)}
YEAR_END = date(2025, 12, 31)


@pytest.fixture
async def earned(db: Database) -> AccountId:
    """Twelve dollars of fees in the year that is over; the bank they stand against."""
    bank, *_ = await db.transact(open_accounts)
    fees = await db.transact(chart.platform, "fees", Currency.USD)
    legs = entries.transfer(debit=bank, credit=fees, units=1_200)
    old = entries.NewEntry(an_id(db), "test", legs, YEAR_END)
    await db.transact(entries.post, [old])
    return bank


async def standing(db: Database, path: str) -> int:
    account = await db.read(accounts.find, Book.CLIENT_MONEY, path, "USD")
    return (await db.read(balances.get, account)).posted


async def told(db: Database, kind: str) -> list[dict]:
    async def read(uow: UnitOfWork) -> list[dict]:
        query = select(EventRow.data).where(EventRow.type == kind).order_by(EventRow.id)
        return list(await uow.session.scalars(query))

    return await db.read(read)


async def test_a_period_that_still_runs_is_neither_adjusted_nor_closed(db) -> None:
    today = db.clock.now().date()
    january = {"book": Book.CLIENT_MONEY, "starts_on": date(2026, 1, 1)}
    await db.transact(bookkeeping.open_period, **january, ends_on=today)

    for act in (bookkeeping.begin_adjusting, bookkeeping.close_period):
        with pytest.raises(PeriodNotOver) as refused:
            await db.transact(act, **january)
        assert refused.value.facts == {"ends_on": "2026-01-05"}
    db.clock.advance(timedelta(days=1))
    await db.transact(bookkeeping.close_period, **january)

    states = [event["state"] for event in await told(db, "period.moved")]
    assert states == ["open", "closed"]


async def test_an_unknown_period_is_not_found(db) -> None:
    with pytest.raises(NotFound):
        await db.transact(bookkeeping.close_period, **DECEMBER)


async def test_the_result_of_a_year_is_carried_once_into_earnings(db, earned) -> None:
    await db.transact(bookkeeping.open_period, **DECEMBER, ends_on=YEAR_END)
    await db.transact(bookkeeping.begin_adjusting, **DECEMBER)

    posted = await db.transact(bookkeeping.close_year, ends_on=YEAR_END)
    again = await db.transact(bookkeeping.close_year, ends_on=YEAR_END)
    await db.transact(bookkeeping.close_period, **DECEMBER)

    assert posted is not None
    assert again is None
    assert await standing(db, "fees") == 0
    assert await standing(db, "earnings") == 1_200
    assert await db.read(invariants.find_breaches) == []


async def test_a_year_that_runs_is_not_closed(db, earned) -> None:
    with pytest.raises(PeriodNotOver):
        await db.transact(bookkeeping.close_year, ends_on=db.clock.now().date())


async def test_a_freeze_stops_money_until_it_is_lifted_and_is_told(db, earned) -> None:
    wallet = await db.read(accounts.find, Book.CLIENT_MONEY, "wallet/a", "USD")
    why = {"account_id": wallet, "reason": "A court asked."}

    row = await db.transact(bookkeeping.freeze_account, extent=Freeze.ALL, **why)
    with pytest.raises(entries.AccountFrozen):
        await move(db, earned, wallet, 5)
    await db.transact(bookkeeping.freeze_account, extent=Freeze.NONE, **why)
    await move(db, earned, wallet, 5)

    assert row.frozen == "all"
    events = await told(db, "account.freeze_changed")
    assert [event["frozen"] for event in events] == ["all", "none"]
    assert all("reason" not in event for event in events)
