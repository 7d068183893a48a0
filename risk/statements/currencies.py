"""Find a table's currency, and part one of two into an account for each of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ledger.money import Currency
from risk.statements.columns import Columns
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementCurrenciesMixed,
    StatementCurrencyUnknown,
)
from risk.statements.sheet import Row, Sheet
from risk.statements.table import Table

_WORD = re.compile(r"\b(USD|KHR)\b")
_KEPT = frozenset(currency.value for currency in Currency)


@dataclass(frozen=True)
class Part:
    """The rows of one account; ``currency`` is named where the table has several."""

    table: Table[Columns]
    movements: Sheet
    asides: list[tuple[Row, str]]
    currency: str = ""

    def tells(self, row: Row) -> bool:
        """Say whether a balance beside the movements is this account's."""
        return not self.currency or any(
            self.currency in cell.upper().split() for cell in row.cells
        )


def part(
    table: Table[Columns], movements: Sheet, asides: list[tuple[Row, str]]
) -> list[Part]:
    """Return one part for each currency that a column or a pair of columns names.

    Every label beside the movements is told once, with the first part.

    Raises:
        StatementCurrenciesMixed: More currencies than those that are kept.
    """
    if table.columns.other:
        parts = _by_columns(table, movements)
    else:
        parts = _by_cells(table, movements)
    if not parts:
        return [Part(table, movements, asides)]
    return [replace(parts[0], asides=asides), *parts[1:]]


def _by_columns(table: Table[Columns], movements: Sheet) -> list[Part]:
    """Part rows by whose columns of amounts they fill; an exchange fills both."""
    parts = []
    for columns in (table.columns, table.columns.other):
        if columns is None:
            continue
        own = replace(columns, other=None)
        moved = movements.joined(own.moves)
        rows = movements.only([at for at, text in enumerate(moved) if text])
        if rows:
            parts.append(Part(replace(table, columns=own), rows, [], own.unit))
    told = {line for one in parts for line in one.movements.lines}
    for line in movements.lines:
        if line not in told:
            raise StatementAmountUnreadable(line=line)
    return parts


def _by_cells(table: Table[Columns], movements: Sheet) -> list[Part]:
    """Part rows by their cell of currency; a row that carries on a text has none."""
    place = table.columns.currency
    if place < 0:
        return []
    told = [text.upper() for text in movements.column(place)]
    named: dict[str, int] = {}
    for text, line in zip(told, movements.lines, strict=True):
        named.setdefault(text, line)
    named.pop("", None)
    if len(named) < 2:  # noqa: PLR2004 - one is no mixture
        return []
    if not _KEPT.issuperset(named):
        raise StatementCurrenciesMixed(line=max(named.values()))
    rows: dict[str, list[int]] = {currency: [] for currency in named}
    days = movements.column(table.columns.booked_on)
    current = ""
    for at, (text, day) in enumerate(zip(told, days, strict=True)):
        current = text or ("" if day else current)
        if not current:
            raise StatementCurrencyUnknown(line=movements.lines[at])
        rows[current].append(at)
    return [
        Part(table, movements.only(kept), [], currency)
        for currency, kept in rows.items()
    ]


def currency_beside(
    table: Table[Any], amounts: Sequence[str], unit: str
) -> dict[str, int]:
    """Find the currency above the table, in its heading, or as a sign on amounts.

    ``unit`` is what the heading says. Returns it with the line that names it.
    """
    above = {
        word: row.line
        for row in table.above
        for word in _WORD.findall(" ".join(row.cells))
    }
    if len(above) == 1:
        return above
    text = " ".join(amounts)
    said = set(_WORD.findall(text.upper()))
    signs = {
        "USD": "$" in text or "USD" in said,
        "KHR": "៛" in text or "KHR" in said,
    }
    units = {unit, *(name for name, seen in signs.items() if seen)} - {""}
    return {units.pop(): table.heading.line} if len(units) == 1 else {}
