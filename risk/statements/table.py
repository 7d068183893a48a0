"""Cut a text into rows and cells with the line each row stands on."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from risk.statements.columns import Columns, find_columns
from risk.statements.errors import (
    StatementColumnsUnknown,
    StatementCut,
    StatementMalformed,
    StatementOtherFormat,
    StatementTooManyLines,
)
from risk.statements.parsed import MAX_LINES

_DELIMITERS = ",;\t|"
_HEADING_WITHIN_ROWS = 60
_CELL_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table and the source line it starts on."""

    line: int
    cells: list[str]

    def cell(self, place: int | None) -> str:
        """Return a cell's text, or nothing when the row or table has none."""
        if place is None or place >= len(self.cells):
            return ""
        return self.cells[place].strip()


@dataclass(frozen=True)
class Table:
    """A table: what stood above it, what its columns hold, and its rows."""

    above: list[Row]
    heading: Row
    columns: Columns
    rows: list[Row]


def read_table(text: str) -> Table:
    """Find the delimiter and the heading row by trying; refuse when none fits."""
    wide = 0
    for delimiter in _by_likelihood(text):
        rows: list[Row] = []
        for row in _rows(text, delimiter):
            columns = find_columns(row.cells)
            if columns:
                below = list(_rows_below(text, delimiter, row))
                return Table(rows, row, columns, below)
            rows.append(row)
            wide += len(row.cells) > 1
            if len(rows) > _HEADING_WITHIN_ROWS:
                break
    # Prose has a comma here and there; a table has a second cell on many lines.
    raise StatementColumnsUnknown if wide > 1 else StatementOtherFormat


def _by_likelihood(text: str) -> list[str]:
    head = Counter(text[:20_000])
    return sorted(_DELIMITERS, key=lambda delimiter: -head[delimiter])


def _rows_below(text: str, delimiter: str, heading: Row) -> Iterator[Row]:
    for row in _rows(text, delimiter):
        if row.line > heading.line:
            yield row


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for count, cells in enumerate(reader):
            if count > MAX_LINES:
                raise StatementTooManyLines(line=line)
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        cut = "unexpected end" in str(error)
        raise (StatementCut if cut else StatementMalformed)(line=line) from error
