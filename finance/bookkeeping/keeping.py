"""Keep the books: periods in their order, the year's end, and frozen accounts."""

from datetime import date
from typing import Final

from finance.bookkeeping.errors import PeriodNotOver
from finance.bookkeeping.events import AccountFreezeChanged, PeriodMoved, YearClosed
from ledger import accounts, periods
from ledger.accounts import CLIENT_MONEY, AccountRow, Book, Freeze, Side, Spec
from ledger.database import UnitOfWork
from ledger.entries import Posted
from ledger.errors import NotFound
from ledger.ids import AccountId, EntryId, new_id
from ledger.money import Currency
from ledger.periods import PeriodRow

# What the platform earned or lost in a year, of all that stands in client money.
RESULTS: Final = frozenset({"fees", "rounding", "exchange_result"})


async def freeze_account(
    uow: UnitOfWork, *, account_id: AccountId, extent: Freeze, reason: str
) -> AccountRow:
    """Stop an account's outflow, or everything, or nothing any more; and say why."""
    await accounts.freeze(uow, account_id, extent)
    uow.record(AccountFreezeChanged(account_id, extent.value, reason))
    return await accounts.get(uow, account_id)


async def open_period(
    uow: UnitOfWork, *, book: Book, starts_on: date, ends_on: date
) -> PeriodRow:
    """Add a period behind all others of a book."""
    row = await periods.open_period(
        uow, book=book.value, starts_on=starts_on, ends_on=ends_on
    )
    return _told(uow, row)


async def begin_adjusting(uow: UnitOfWork, *, book: Book, starts_on: date) -> PeriodRow:
    """Let a period that is over take nothing but adjustments from now on.

    Raises:
        PeriodNotOver: It still runs, and would refuse what happens today.
    """
    await _require_over(uow, book, starts_on)
    row = await periods.begin_adjusting(uow, book=book.value, starts_on=starts_on)
    return _told(uow, row)


async def close_period(uow: UnitOfWork, *, book: Book, starts_on: date) -> PeriodRow:
    """Close a period that is over, for good; a period never opens again.

    Raises:
        PeriodNotOver: It still runs, and would refuse what happens today.
    """
    await _require_over(uow, book, starts_on)
    row = await periods.close_period(uow, book=book.value, starts_on=starts_on)
    return _told(uow, row)


async def close_year(uow: UnitOfWork, *, ends_on: date) -> Posted | None:
    """Carry what the platform earned until a day to its earnings, in each currency.

    None when there was nothing to carry. The day's period may be open or adjusting.

    Raises:
        PeriodNotOver: The day is not over.
    """
    if ends_on >= uow.today():
        raise PeriodNotOver(ends_on=ends_on.isoformat())
    specs = [
        Spec(CLIENT_MONEY, "earnings", "earnings", currency.value, Side.CREDIT)
        for currency in Currency
    ]
    posted = await periods.close_year(
        uow,
        entry=EntryId(new_id("entry", uow.now())),
        book=CLIENT_MONEY,
        ends_on=ends_on,
        kinds=RESULTS,
        into=await accounts.open_all(uow, specs),
    )
    if posted is not None:
        uow.record(YearClosed(posted.id, ends_on), entries=[posted.id])
    return posted


async def _require_over(uow: UnitOfWork, book: Book, starts_on: date) -> None:
    for row in await periods.list_periods(uow, book.value):
        if row.starts_on == starts_on:
            if row.ends_on >= uow.today():
                raise PeriodNotOver(ends_on=row.ends_on.isoformat())
            return
    raise NotFound(thing="period")


def _told(uow: UnitOfWork, row: PeriodRow) -> PeriodRow:
    uow.record(PeriodMoved(row.book, row.starts_on, row.ends_on, row.state))
    return row
