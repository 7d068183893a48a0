"""Part a table of two currencies into one account for each of them."""

from dataclasses import dataclass, replace

from ledger.money import Currency
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementCurrenciesMixed,
    StatementCurrencyUnknown,
)
from risk.statements.table import Row, Table

_KEPT = frozenset(currency.value for currency in Currency)


@dataclass(frozen=True)
class Part:
    """The rows of one account; ``currency`` is named where the table has several."""

    table: Table
    movements: list[Row]
    asides: list[tuple[Row, str]]
    currency: str = ""

    def tells(self, row: Row) -> bool:
        """Say whether a balance beside the movements is this account's."""
        return not self.currency or any(
            self.currency in cell.upper().split() for cell in row.cells
        )


def part(
    table: Table, movements: list[Row], asides: list[tuple[Row, str]]
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


def _by_columns(table: Table, movements: list[Row]) -> list[Part]:
    """Part rows by whose columns of amounts they fill; an exchange fills both."""
    parts = []
    for columns in (table.columns, table.columns.other):
        if columns is None:
            continue
        own = replace(columns, other=None)
        rows = [row for row in movements if any(row.cells[at] for at in own.moves)]
        if rows:
            parts.append(Part(replace(table, columns=own), rows, [], own.unit))
    told = {row.line for one in parts for row in one.movements}
    for row in movements:
        if row.line not in told:
            raise StatementAmountUnreadable(line=row.line)
    return parts


def _by_cells(table: Table, movements: list[Row]) -> list[Part]:
    """Part rows by their cell of currency; a row that carries on a text has none."""
    place = table.columns.currency
    if place < 0:
        return []
    named: dict[str, int] = {}
    for line, cells in movements:
        named.setdefault(cells[place].upper(), line)
    named.pop("", None)
    if len(named) < 2:  # noqa: PLR2004 - one is no mixture
        return []
    if not _KEPT.issuperset(named):
        raise StatementCurrenciesMixed(line=max(named.values()))
    rows: dict[str, list[Row]] = {currency: [] for currency in named}
    current = ""
    for row in movements:
        current = row.cells[place].upper() or (
            "" if row.cells[table.columns.booked_on] else current
        )
        if not current:
            raise StatementCurrencyUnknown(line=row.line)
        rows[current].append(row)
    return [Part(table, rows[currency], [], currency) for currency in named]
