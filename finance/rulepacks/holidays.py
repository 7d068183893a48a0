"""Read a market's public holidays: dated, by name, each year with its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.errors import InvariantBroken

_FIELDS = {"year", "source", "verified", "days"}


class HolidaysBroken(InvariantBroken):
    """A year in the file is incomplete, given twice, or has days of another year."""


@dataclass(frozen=True, order=True)
class Holiday:
    """A day without banking, what it is kept for, and who says so."""

    on: date
    name: str
    source: str
    verified: bool


def read_holidays(text: str) -> tuple[Holiday, ...]:
    """Read holidays from the text of a file, in the order of their days.

    Raises:
        HolidaysBroken: A field is missing or unknown, or a day is of another year.
    """
    years = tomllib.loads(text).get("year", [])
    numbers = [entry.get("year") for entry in years]
    if len(set(numbers)) != len(numbers):
        raise HolidaysBroken("a year of holidays is given twice")
    return tuple(sorted(day for entry in years for day in _of_year(entry)))


def _of_year(entry: Mapping[str, Any]) -> list[Holiday]:
    year = entry.get("year")
    if set(entry) != _FIELDS or type(entry["verified"]) is not bool:
        raise HolidaysBroken(f"the holidays of {year} need {sorted(_FIELDS)}")
    if not str(entry["source"]).strip():
        raise HolidaysBroken(f"the holidays of {year} have no source")
    found = [
        Holiday(on, name, entry["source"], entry["verified"])
        for name, days in entry["days"].items()
        for on in days
    ]
    if any(type(day.on) is not date or day.on.year != year for day in found):
        raise HolidaysBroken(f"the holidays of {year} have a day of another year")
    return found
