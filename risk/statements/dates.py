"""Read dates as banks write them: ISO, day first, month first, Khmer, Buddhist years."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from risk.statements.amounts import latin_digits

EARLIEST_YEAR = 1970
LATEST_YEAR = 2099
# Nothing longer is a date; to look for one in a long text takes its length squared.
LONGEST_DATE = 64
_BUDDHIST_OFFSET = 543
_BUDDHIST_FROM = 2400
# Two digits: 00-59 are 2000-2059; 60-79 can only be Buddhist 2560-2579.
_BUDDHIST_SHORT = range(60, 80)
_TIME = r"(?:[T\s,]+[0-9]{1,2}:[0-9]{2}.*)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9.:\[].*)?")
_YEAR_LAST = re.compile(
    r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})" + _TIME
)
_WORDED = re.compile(
    r"([0-9]{1,2})[-/. ]*([^\W\d_][^\s\d/,-]*)\.?[-/., ]*([0-9]{4}|[0-9]{2})" + _TIME
)
_WORDED_FIRST = re.compile(
    r"([^\W\d_][^\s\d/,-]*)\.? ([0-9]{1,2}),? ([0-9]{4})" + _TIME
)
_ENGLISH = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_KHMER = [
    "មករា",
    "កុម្ភៈ",
    "មីនា",
    "មេសា",
    "ឧសភា",
    "មិថុនា",
    "កក្កដា",
    "សីហា",
    "កញ្ញា",
    "តុលា",
    "វិច្ឆិកា",
    "ធ្នូ",
]


class DateOrder(StrEnum):
    """What comes first when the year comes last."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def find_date_order(texts: Iterable[str]) -> DateOrder | None:
    """Say which order fits every date of a file; ``None`` if none fits.

    Day first is what Cambodian banks write, so it wins where both would fit, unless
    only month first leaves the lines in order of time.
    """
    pairs = []
    for text in texts:
        found = _YEAR_LAST.fullmatch(latin_digits(text).strip())
        if found:
            first, second, year = (int(part) for part in found.groups())
            pairs.append((first, second, _full_year(year, len(found[3]))))
    day_fits = all(second <= 12 for _, second, _ in pairs)  # noqa: PLR2004 - months
    month_fits = all(first <= 12 for first, _, _ in pairs)  # noqa: PLR2004 - months
    if day_fits and month_fits and pairs:
        by_day = _is_ordered([(y, s, f) for f, s, y in pairs])
        by_month = _is_ordered([(y, f, s) for f, s, y in pairs])
        return DateOrder.MONTH_FIRST if by_month and not by_day else DateOrder.DAY_FIRST
    if day_fits:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if month_fits else None


def _is_ordered(dates: list[tuple[int, int, int]]) -> bool:
    return dates in (sorted(dates), sorted(dates, reverse=True))


def read_date(text: str, order: DateOrder = DateOrder.DAY_FIRST) -> date | None:
    """Return the date a text means, or ``None`` when it means none for sure."""
    text = latin_digits(text).strip()
    if len(text) > LONGEST_DATE:
        return None
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = found.groups()
        return _make(year, int(month), int(day))
    if found := _YEAR_LAST.fullmatch(text):
        first, second, year = found.groups()
        if order is DateOrder.MONTH_FIRST:
            first, second = second, first
        return _make(year, int(second), int(first))
    if found := _WORDED.fullmatch(text):
        return _make(found[3], _month(found[2]), int(found[1]))
    if found := _WORDED_FIRST.fullmatch(text):
        return _make(found[3], _month(found[1]), int(found[2]))
    return None


def _month(word: str) -> int:
    if word in _KHMER:
        return _KHMER.index(word) + 1
    short = word[:3].lower()
    return _ENGLISH.index(short) + 1 if short in _ENGLISH else 0


def _full_year(year: int, digits: int) -> int:
    if digits == 2:  # noqa: PLR2004 - a year of two digits
        buddhist = year in _BUDDHIST_SHORT
        return 2500 - _BUDDHIST_OFFSET + year if buddhist else 2000 + year
    return year - _BUDDHIST_OFFSET if year >= _BUDDHIST_FROM else year


def _make(year: str, month: int, day: int) -> date | None:
    full = _full_year(int(year), len(year))
    if not EARLIEST_YEAR <= full <= LATEST_YEAR:
        return None
    try:
        return date(full, month, day)
    except ValueError:
        return None
