"""Hold the rows of a table column by column, each with the line it starts on.

Most columns are looked at whole: one look at a column does for its cells what
thousands of looks would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Row(NamedTuple):
    """One row of a table, its cells without spaces around, and the line it starts on."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Sheet:
    """Rows turned on their side: whole columns, and the line of each row.

    The last column is empty; that is where one is looked for that the table lacks.
    """

    lines: Sequence[int]
    columns: Sequence[Sequence[str]]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.lines)

    def column(self, place: int) -> Sequence[str]:
        """Return a column; one the table does not have is empty in every row."""
        return self.columns[place]

    def row(self, at: int) -> Row:
        """Return one row, by its place from 0."""
        return Row(self.lines[at], [column[at] for column in self.columns])

    def joined(self, places: Sequence[int]) -> list[str]:
        """Return what some columns say together, row by row."""
        return list(map("".join, zip(*map(self.column, places), strict=True)))

    def only(self, kept: Sequence[int]) -> "Sheet":
        """Return the rows at some places, in their order."""
        if len(kept) == len(self):
            return self
        return Sheet(
            [self.lines[at] for at in kept],
            [[column[at] for at in kept] for column in self.columns],
        )

    def head(self, count: int) -> "Sheet":
        """Return the first rows."""
        return Sheet(self.lines[:count], [column[:count] for column in self.columns])

    def first_lines(self, place: int) -> dict[str, int]:
        """Return each different text of a column and the first line it stands on."""
        column = self.column(place)
        # Of equal texts the one read last stays, so they are read from the end.
        found = dict(zip(reversed(column), reversed(self.lines), strict=True))
        found.pop("", None)
        return dict(sorted(found.items(), key=lambda item: item[1]))


def stand_up(lines: Sequence[int], rows: Sequence[Sequence[str]], width: int) -> Sheet:
    """Turn rows of one width on their side and leave blank ones out."""
    columns: list[Sequence[str]] = [
        list(map(str.strip, cells)) for cells in zip(*rows, strict=True)
    ]
    columns = columns or [()] * width
    sheet = Sheet(lines, [*columns, [""] * len(lines)])
    if any("" not in column for column in columns):
        return sheet
    told = sheet.joined(range(len(columns)))
    return sheet.only([at for at, text in enumerate(told) if text])
