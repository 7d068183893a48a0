"""What was read before a lock was waited for is read again behind it."""

from datetime import date

import pytest
from sqlalchemy import select

from ledger import accounts, balances, periods
from ledger.accounts import CLIENT_MONEY, Freeze
from ledger.database import Database, UnitOfWork
from ledger.ids import AccountId
from tests.ledger.builders import move, open_accounts

DECEMBER, YEAR_END = date(2025, 12, 1), date(2025, 12, 31)


@pytest.fixture
async def books(db: Database) -> list[AccountId]:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    return [bank, a, b]


async def test_an_account_paid_into_since_it_was_looked_at_is_not_closed(
    db, books
) -> None:
    _, a, b = books

    async def look_then_close(uow: UnitOfWork) -> None:
        seen = await uow.session.get(balances.BalanceRow, b)
        assert seen.posted_credits == 0
        await move(db, a, b, 5)
        await accounts.close(uow, b)

    with pytest.raises(accounts.AccountNotEmpty):
        await db.transact(look_then_close)


async def test_an_account_thawed_since_it_was_looked_at_is_frozen_again(
    db, books
) -> None:
    _, a, _ = books
    await db.transact(accounts.freeze, a, Freeze.ALL)

    async def look_then_freeze(uow: UnitOfWork) -> None:
        seen = await accounts.get(uow, a)
        await db.transact(accounts.freeze, a, Freeze.NONE)
        await accounts.freeze(uow, a, Freeze(seen.frozen))

    await db.transact(look_then_freeze)

    assert (await db.read(accounts.get, a)).frozen == Freeze.ALL


async def test_a_period_closed_since_it_was_looked_at_does_not_open_again(db) -> None:
    december = {"book": CLIENT_MONEY, "starts_on": DECEMBER}
    await db.transact(periods.open_period, **december, ends_on=YEAR_END)

    async def look_then_adjust(uow: UnitOfWork) -> None:
        seen = await periods.list_periods(uow, CLIENT_MONEY)
        assert [row.state for row in seen] == ["open"]
        await db.transact(periods.close_period, **december)
        await periods.begin_adjusting(uow, **december)

    with pytest.raises(periods.PeriodOutOfOrder):
        await db.transact(look_then_adjust)
    (kept,) = await db.read(periods.list_periods, CLIENT_MONEY)
    assert kept.state == "closed"


async def test_whatever_row_is_locked_is_read_anew(db, books) -> None:
    _, a, b = books
    row = balances.BalanceRow

    async def look_then_get(uow: UnitOfWork) -> int:
        seen = await uow.session.get(row, b)
        await move(db, a, b, 5)
        await uow.session.get(row, b, with_for_update=True)
        return seen.posted_credits

    async def look_then_select(uow: UnitOfWork) -> int:
        seen = await uow.session.get(row, b)
        await move(db, a, b, 5)
        await uow.session.scalar(select(row).where(row.account == b).with_for_update())
        return seen.posted_credits

    assert await db.transact(look_then_get) == 5
    assert await db.transact(look_then_select) == 10
