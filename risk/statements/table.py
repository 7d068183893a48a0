"""Cut a text into rows and cells with the line each row stands on."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import NamedTuple

from risk.statements.columns import (
    NOTHING_SAVED,
    SHIPPED,
    Columns,
    SavedColumns,
    find_columns,
    fingerprint,
)
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
_HEAD_CHARACTERS = 20_000
# No heading has more; to look at millions of cells for one takes seconds.
MAX_COLUMNS = 100


class Row(NamedTuple):
    """One row of a table, its cells without spaces around, and the line it starts on."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """A table: what stood above it, what its columns hold, and its rows.

    Every row has as many cells as the heading and an empty one behind them, which
    is where a column is looked for that the table does not have.
    """

    above: list[Row]
    heading: Row
    columns: Columns
    rows: list[Row]
    column_map: str = ""


def read_table(text: str, saved: SavedColumns = NOTHING_SAVED) -> Table:
    """Find the delimiter and the heading row by trying; refuse when none fits."""
    wide = 0
    for delimiter in _by_likelihood(text):
        above: list[Row] = []
        rows = _rows(text, delimiter)
        table = table_of(rows, saved, above, ends_whole=text.endswith("\n"))
        if table:
            return table
        wide += sum(len(row.cells) > 1 for row in above)
    # Prose has a comma here and there; a table has a second cell on many lines.
    raise StatementColumnsUnknown if wide > 1 else StatementOtherFormat


def table_of(
    rows: Iterator[Row],
    saved: SavedColumns = NOTHING_SAVED,
    above: list[Row] | None = None,
    *,
    ends_whole: bool = True,
) -> Table | None:
    """Find the heading among the first rows; ``above`` is given those before it.

    A heading whose columns somebody has named is read as it was named.
    """
    above = [] if above is None else above
    for row in rows:
        known, columns = _columns(row.cells, saved)
        if columns:
            fitted = _fitted(rows, columns, ends_whole=ends_whole)
            return Table(above, row, columns, fitted, known)
        above.append(row)
        if len(above) > _HEADING_WITHIN_ROWS:
            break
    return None


def _columns(cells: list[str], saved: SavedColumns) -> tuple[str, Columns | None]:
    """Return columns as somebody named them, and the id of the map, or by their words."""
    if len(cells) > MAX_COLUMNS:
        return "", None
    mark = fingerprint(cells)
    return saved.get(mark) or SHIPPED.get(mark) or ("", find_columns(cells))


def _fitted(rows: Iterator[Row], columns: Columns, *, ends_whole: bool) -> list[Row]:
    """Give every row the heading's width; refuse cells that no heading names."""
    fitted: list[Row] = []
    short = False
    for row in rows:
        cells = row.cells
        missing = columns.width - len(cells)
        if not missing:
            cells.append("")
            short = False
            fitted.append(row)
            continue
        if missing < 0 and any(cells[columns.width :]):
            raise StatementMalformed(line=row.line)
        cells[columns.width :] = [""] * (max(missing, 0) + 1)
        short = missing > 0
        fitted.append(row)
    if short and not ends_whole:
        raise StatementCut(line=fitted[-1].line)
    return fitted


def _by_likelihood(text: str) -> list[str]:
    head = text[:_HEAD_CHARACTERS]
    return sorted(_DELIMITERS, key=head.count, reverse=True)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for count, cells in enumerate(reader):
            if count > MAX_LINES:
                raise StatementTooManyLines(line=line)
            stripped = list(map(str.strip, cells))
            if any(stripped):
                yield Row(line, stripped)
            line = reader.line_num + 1
    except csv.Error as error:
        cut = "unexpected end" in str(error)
        raise (StatementCut if cut else StatementMalformed)(line=line) from error
