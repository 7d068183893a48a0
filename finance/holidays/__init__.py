"""The days without banking: the market's calendar, and what decrees changed in it."""

from finance.holidays.model import HolidayDecree
from finance.holidays.rules import DayOff, days_between
from finance.holidays.service import decree_holiday, holidays_between, list_holidays

__all__ = [
    "DayOff",
    "HolidayDecree",
    "days_between",
    "decree_holiday",
    "holidays_between",
    "list_holidays",
]
