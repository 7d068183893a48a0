"""What holidays decide: the calendar as published, with the decrees in its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from finance.holidays.model import HolidayDecree
from finance.rulepacks import Holiday

BY_DECREE: Final = "decree"


@dataclass(frozen=True)
class DayOff:
    """A day without banking, what for, and who says so."""

    on: date
    names: tuple[str, ...]
    source: str
    verified: bool


def days_between(
    published: Iterable[Holiday],
    decrees: Iterable[HolidayDecree],
    *,
    first: date,
    last: date,
) -> list[DayOff]:
    """Return the days off from one day to another, in order; later decrees win."""
    found: dict[date, DayOff] = {}
    for day in published:
        if first <= day.on <= last:
            names = found[day.on].names if day.on in found else ()
            found[day.on] = DayOff(day.on, (*names, day.name), day.source, day.verified)
    for decree in sorted(decrees, key=lambda one: one.id):
        found.pop(decree.day, None)
        if decree.is_holiday and first <= decree.day <= last:
            found[decree.day] = DayOff(decree.day, (BY_DECREE,), decree.source, True)
    return [found[on] for on in sorted(found)]
