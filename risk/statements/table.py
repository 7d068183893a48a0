"""Cut a text into rows and cells with the line each row stands on."""

import csv
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Generic, Protocol, TypeAlias, TypeVar

from risk.statements.errors import (
    StatementColumnsUnknown,
    StatementCut,
    StatementMalformed,
    StatementOtherFormat,
    StatementRefused,
    StatementTooManyLines,
)
from risk.statements.parsed import MAX_LINES
from risk.statements.sheet import Row, Sheet, stand_up

_DELIMITERS = ",;\t|"
_HEADING_WITHIN_ROWS = 60
_HEAD_CHARACTERS = 20_000
# No heading has more; to look at millions of cells for one takes seconds.
MAX_COLUMNS = 100
LONGEST_HEADING = 200
_MOST_ROWS = MAX_LINES + 1  # with the heading

Cut: TypeAlias = tuple[Sequence[int], list[list[str]]]
"""Rows as they were cut, and the line each starts on."""

Take: TypeAlias = Callable[[int | None], Cut]
"""Gives the next rows, so many or all that are left."""


class _Wide(Protocol):
    @property
    def width(self) -> int: ...


C = TypeVar("C", bound=_Wide)
Find: TypeAlias = Callable[[Sequence[str]], tuple[str, C | None]]
"""Reads a heading row: which saved map knows it, if one does, and what is below it."""


@dataclass(frozen=True)
class Table(Generic[C]):
    """A table: what stood above it, what its columns hold, and its rows."""

    above: list[Row]
    heading: Row
    columns: C
    rows: Sheet
    column_map: str = ""


def read_table(text: str, find: Find[C]) -> Table[C]:
    """Find the delimiter and the heading row by trying; refuse when none fits."""
    cut: list[Row] = []
    for delimiter in _by_likelihood(text):
        above: list[Row] = []
        cutter = _Cutter(text, delimiter, is_guess=is_table(cut))
        table = table_of(cutter, find, above, ends_whole=text.endswith("\n"))
        if table:
            return table
        cut += above
    raise StatementColumnsUnknown if is_table(cut) else StatementOtherFormat


def first_rows(text: str) -> list[Row]:
    """Return the rows a heading may be among, cut so that most have a second cell."""
    best: list[Row] = []
    for delimiter in _by_likelihood(text):
        with suppress(StatementRefused):
            rows = rows_for_heading(_Cutter(text, delimiter))
            if _count_wide(rows) > _count_wide(best):
                best = rows
    return best if is_table(best) else []


def rows_for_heading(take: Take) -> list[Row]:
    """Return those of the first rows that are not too wide or too long for headings."""
    lines, rows = take(_HEADING_WITHIN_ROWS)
    return [
        Row(line, list(map(str.strip, cells)))
        for line, cells in zip(lines, rows, strict=True)
        if len(cells) <= MAX_COLUMNS and any(cells) and _are_short(cells)
    ]


def _are_short(cells: Sequence[str]) -> bool:
    return all(len(cell) <= LONGEST_HEADING for cell in cells)


def is_table(rows: Sequence[Row]) -> bool:
    """Say whether rows have more than one cell: prose has a comma here and there."""
    return _count_wide(rows) > 1


def _count_wide(rows: Sequence[Row]) -> int:
    return sum(sum(map(bool, row.cells)) > 1 for row in rows)


def table_of(
    take: Take,
    find: Find[C],
    above: list[Row] | None = None,
    *,
    ends_whole: bool = True,
) -> Table[C] | None:
    """Find the heading among the first rows; ``above`` is given those before it."""
    above = [] if above is None else above
    while len(above) <= _HEADING_WITHIN_ROWS:
        lines, rows = take(1)
        if not rows:
            break
        row = Row(lines[0], list(map(str.strip, rows[0])))
        known, columns = (
            find(row.cells) if len(row.cells) <= MAX_COLUMNS else ("", None)
        )
        if columns:
            fitted = _fitted(take(None), columns.width, ends_whole=ends_whole)
            return Table(above, row, columns, fitted, known)
        if any(row.cells):
            above.append(row)
    return None


def _fitted(cut: Cut, width: int, *, ends_whole: bool) -> Sheet:
    """Give every row the heading's width; refuse cells that no heading names."""
    lines, rows = cut
    if not ends_whole:
        _require_last_whole(cut, width)
    if set(map(len, rows)) != {width}:
        for line, cells in zip(lines, rows, strict=True):
            if any(map(str.strip, cells[width:])):
                raise StatementMalformed(line=line)
            cells[width:] = [""] * (width - len(cells))
    return stand_up(lines, rows, width)


def _require_last_whole(cut: Cut, width: int) -> None:
    for line, cells in zip(*map(reversed, cut), strict=True):
        if any(map(str.strip, cells)):
            if len(cells) < width:
                raise StatementCut(line=line)
            return


def _by_likelihood(text: str) -> list[str]:
    head = text[:_HEAD_CHARACTERS]
    return sorted(_DELIMITERS, key=head.count, reverse=True)


class _Cutter:
    """Cuts a text at its line ends and delimiters, some rows at a time.

    By a delimiter that is a guess, a heading that cannot be cut is none, and no flaw.
    """

    def __init__(self, text: str, delimiter: str, *, is_guess: bool = False) -> None:
        self.is_guess = is_guess
        source = StringIO(text, newline="")
        self.reader = csv.reader(source, delimiter=delimiter, strict=True)
        self.count = 0

    def __call__(self, most: int | None) -> Cut:
        """Return the next rows, or refuse one that cannot be cut or is too many."""
        first = self.reader.line_num + 1
        rows: list[list[str]] = []
        try:
            rows.extend(islice(self.reader, most or _MOST_ROWS + 1 - self.count))
        except csv.Error as error:
            if most and self.is_guess:
                return [], []
            cut = "unexpected end" in str(error)
            line = _starts(first, rows)[-1]
            raise (StatementCut if cut else StatementMalformed)(line=line) from error
        lines: Sequence[int] = range(first, first + len(rows))
        if self.reader.line_num - first + 1 != len(rows):
            lines = _starts(first, rows)[:-1]
        self.count += len(rows)
        if self.count > _MOST_ROWS:
            raise StatementTooManyLines(line=lines[-1])
        return lines, rows


def _starts(first: int, rows: list[list[str]]) -> list[int]:
    """Return the line each row starts on, and that of the row behind them."""
    starts = [first]
    for cells in rows:
        starts.append(starts[-1] + 1 + sum(cell.count("\n") for cell in cells))
    return starts
