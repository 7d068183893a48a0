"""Read SWIFT lines with the ``mt-940`` library's own tags, doing alike work once.

The patterns, their order and what a value means are the library's. It makes several
objects of each line, though, and most lines of a file share their dates.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import mt940
from mt940 import models, processors

# A file has many lines, and the library holds all of them at once.
_KEPT = ("status", "amount", "id", "customer_reference", "extra_details")
_DATES = ("year", "month", "day", "entry_month", "entry_day")


class _Line(mt940.tags.Statement):
    """A ``:61:`` line; its amount stays the text it is, once it is a clear one."""

    def __init__(self) -> None:
        super().__init__()
        self.days: dict[tuple[str | None, ...], tuple[date | None, ...]] = {}

    def parse(
        self, transactions: models.Transactions, value: str
    ) -> dict[str, str | None]:
        """Take a line apart by the pattern, or leave the refusal to the library."""
        found = self.re.match(value)
        return found.groupdict() if found else super().parse(transactions, value)

    def __call__(
        self, transactions: models.Transactions, value: dict[str, Any]
    ) -> dict[str, Any]:
        """Put the days in; the library works them out, and refuses what is none."""
        told = tuple(value[part] for part in _DATES)
        if told not in self.days or not _is_plain(value["amount"]):
            fixed = processors.date_fixup_pre_processor(transactions, self, {**value})
            read = super().__call__(transactions, fixed)
            self.days[told] = _plain(read["date"]), _plain(read.get("entry_date"))
        kept = {part: value[part] for part in _KEPT}
        kept["date"], kept["entry_date"] = self.days[told]
        return kept


class _LineASNB(_Line):
    pattern = mt940.tags.StatementASNB.pattern


class _LineGLS(_Line):
    pattern = mt940.tags.StatementGLS.pattern


class _Details(mt940.tags.TransactionDetails):
    """What a ``:86:`` says; only structured ones, with question marks, are sorted."""

    def parse(
        self, transactions: models.Transactions, value: str
    ) -> dict[str, str | None]:
        """Take the whole text."""
        del transactions
        return {"transaction_details": value}

    def __call__(
        self, transactions: models.Transactions, value: dict[str, Any]
    ) -> dict[str, Any]:
        """Let the library take a structured text apart."""
        if "?" not in value["transaction_details"]:
            return value
        return processors.transaction_details_post_processor(
            transactions, self, value, {**value}
        )


def _plain(day: object) -> date | None:
    """Make a plain date of the library's own kind."""
    return date(day.year, day.month, day.day) if isinstance(day, date) else None


def _is_plain(amount: str) -> bool:
    """Say whether digits with commas mean one number; the others go to the library."""
    return amount.isascii() and amount.count(",") <= 1 and amount != ","


LINES: tuple[Callable[[], mt940.tags.Statement], ...] = (_Line, _LineASNB, _LineGLS)
"""The ways banks write a line, the standard's first."""

DETAILS = _Details()
