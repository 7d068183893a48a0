"""What people can do: look at the calendar, and enter what a decree changed in it."""

from datetime import date

from finance import rulepacks
from finance.holidays import repository
from finance.holidays.events import HolidayDecreed
from finance.holidays.model import HolidayDecree
from finance.holidays.rules import DayOff, days_between
from ledger.database import UnitOfWork
from ledger.ids import PartyId, new_id


async def decree_holiday(
    uow: UnitOfWork, *, day: date, is_holiday: bool, source: str, operator_id: PartyId
) -> HolidayDecree:
    """Enter a decree; it counts for what is quoted from now on, not for signed loans.

    A signed loan keeps the days it was agreed with; its due date is shifted instead.
    """
    decree = HolidayDecree(
        id=new_id("hol", uow.now()),
        day=day,
        is_holiday=is_holiday,
        source=source,
        decided_by=operator_id,
        decided_at=uow.now(),
    )
    uow.add(decree)
    uow.record(
        HolidayDecreed(
            decree.id, day.isoformat(), is_holiday, source, decided_by=operator_id
        )
    )
    return decree


async def list_holidays(uow: UnitOfWork, *, year: int) -> list[DayOff]:
    """Return the days off of a calendar year, with what each is kept for."""
    return await _days(uow, date(year, 1, 1), date(year, 12, 31))


async def holidays_between(
    uow: UnitOfWork, *, first: date, last: date
) -> tuple[date, ...]:
    """Return the days off a schedule from one day to another must know."""
    return tuple(day.on for day in await _days(uow, first, last))


async def _days(uow: UnitOfWork, first: date, last: date) -> list[DayOff]:
    decrees = await repository.list_decrees(uow, first=first, last=last)
    published = rulepacks.home().holidays
    return days_between(published, decrees, first=first, last=last)
