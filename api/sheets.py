"""Tables for spreadsheet programs: CSV and XLSX, in which no text is ever a formula."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import xlsxwriter
from fastapi import Response

Cell = str | int | Decimal | date
Table = list[list[Cell]]

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDTH_CHARACTERS: Final = 14
_NO_GUESSING: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Format:
    """A way of writing tables, and what the wire calls it."""

    suffix: str
    media_type: str
    write: Callable[[Table, str], bytes]

    @property
    def described(self) -> dict[str, Any]:
        """Return what a route says of its answer."""
        content = {self.media_type: {"schema": {"type": "string"}}}
        return {"response_class": Response, "responses": {200: {"content": content}}}

    def answer(self, table: Table, *, name: str, title: str = "") -> Response:
        """Hand a table out as a file of this name, below its title where it has one."""
        shown = f'attachment; filename="{name}.{self.suffix}"'
        return Response(
            self.write(table, title),
            media_type=self.media_type,
            headers={"Content-Disposition": shown},
        )


def to_csv(table: Table, title: str = "") -> bytes:
    """Write a table as UTF-8 with a mark, so that spreadsheets read Khmer rightly.

    Text that a spreadsheet would run is begun with an apostrophe (OWASP, CSV injection).
    """
    written = io.StringIO()
    lines = [*_titled(title), *table]
    csv.writer(written).writerows([_plain(cell) for cell in row] for row in lines)
    return written.getvalue().encode("utf-8-sig")


def _titled(title: str) -> Table:
    return [[title]] if title else []


def _plain(cell: Cell) -> str:
    if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def to_xlsx(table: Table, title: str = "") -> bytes:
    """Write a table as a workbook of one sheet, its headings bold and kept in sight."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, _NO_GUESSING) as book:
        sheet = book.add_worksheet()
        above = _titled(title)
        sheet.freeze_panes(len(above) + 1, 0)
        sheet.set_column(0, len(table[0]) - 1, _WIDTH_CHARACTERS)
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        money = book.add_format({"num_format": "#,##0.00"})
        for number, row in enumerate([*above, *table]):
            for column, cell in enumerate(row):
                match cell:
                    case str():
                        heads = bold if isinstance(row[0], str) else None
                        sheet.write_string(number, column, cell, heads)
                    case date():
                        sheet.write_datetime(number, column, cell, day)
                    case Decimal():
                        sheet.write_number(number, column, cell, money)
                    case _:
                        sheet.write_number(number, column, cell)
    return written.getvalue()


CSV: Final = Format("csv", "text/csv; charset=utf-8", to_csv)
XLSX: Final = Format(
    "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    to_xlsx,
)
