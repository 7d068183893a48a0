"""Read XLSX workbooks as tables: one sheet of plain values, no macros, no formulas.

A workbook is a zip of XML: what it unpacks to, how far its cells lie apart and what
else it carries is looked at before any of it is read.
"""

import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice
from typing import Protocol

import openpyxl

from risk.statements.columns import NOTHING_SAVED, SavedColumns, finder
from risk.statements.csv_table import statements_of
from risk.statements.errors import (
    StatementColumnsUnknown,
    StatementFormulas,
    StatementMacros,
    StatementMalformed,
    StatementManySheets,
    StatementOtherFormat,
    StatementRefused,
    StatementTooLarge,
    StatementTooManyLines,
    StatementUnsafe,
    StatementWithoutLines,
)
from risk.statements.parsed import MAX_LINES, ParsedStatement, StatementFormat
from risk.statements.sheet import Row
from risk.statements.table import (
    MAX_COLUMNS,
    C,
    Cut,
    Find,
    Table,
    Take,
    is_table,
    rows_for_heading,
    table_of,
)

# Reading takes at most 20 times this in memory.
MAX_UNPACKED_BYTES = 32 * 1024 * 1024
# Tables pack to a tenth or so; what packs far better repeats itself without end.
_UNPACKED_TIMES = 100
# Tags and attributes take the time, not bytes: a line of ten cells has some seventy.
MAX_MARKS = 80 * MAX_LINES
_MAX_PARTS = 300
_ROWS_ABOVE = 100
_PLACE = re.compile(rb"""\br=["']([A-Z]{0,3})([0-9]+)["']""")
_LAST_COLUMN = b"CV"
_SIGNIFICANT_DIGITS = 15
# Space and byte order marks that may stand before the first tag of a part.
_BEFORE_XML = b" \t\r\n\0\xef\xbb\xbf\xfe\xff"
# What the libraries say of a workbook that is not whole.
_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)


class _Cell(Protocol):
    data_type: str
    value: object


def detect(content: bytes) -> bool:
    """Say whether the bytes are a zip, as every XLSX is."""
    return content.startswith(b"PK\x03\x04")


def read(content: bytes, saved: SavedColumns = NOTHING_SAVED) -> list[ParsedStatement]:
    """Return the account of a workbook, or one for each currency; oldest line first."""
    return statements_of(table_in(content, finder(saved)), StatementFormat.XLSX)


def table_in(content: bytes, find: Find[C]) -> Table[C]:
    """Return the table of a workbook's only filled sheet."""
    rows = _unpacked(content)
    table = table_of(_taken_from(rows), find)
    if table is None:
        raise _unknown(rows)
    return table


def _taken_from(rows: list[Row]) -> Take:
    left = iter(rows)

    def take(most: int | None) -> Cut:
        taken = list(islice(left, most))
        return [row.line for row in taken], [list(row.cells) for row in taken]

    return take


def first_rows(content: bytes) -> list[Row]:
    """Return the rows a heading may be among."""
    found = rows_for_heading(_taken_from(_unpacked(content)))
    return found if is_table(found) else []


def _unpacked(content: bytes) -> list[Row]:
    try:
        _require_harmless(content)
        return _rows(content)
    except _BROKEN as error:
        raise StatementMalformed(line=1) from error


def _unknown(rows: list[Row]) -> StatementRefused:
    if not rows:
        return StatementWithoutLines()
    return StatementColumnsUnknown() if is_table(rows) else StatementOtherFormat()


def _require_harmless(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        infos = parts.infolist()
        names = [info.filename for info in infos]
        if "xl/workbook.xml" not in names:
            raise StatementOtherFormat
        if len(infos) > _MAX_PARTS:
            raise StatementTooLarge
        # No more than what a part declares is ever unpacked of it.
        unpacked = sum(info.file_size for info in infos)
        if unpacked > min(MAX_UNPACKED_BYTES, _UNPACKED_TIMES * len(content)):
            raise StatementTooLarge
        if any(name.endswith(("vbaProject.bin", ".xlm")) for name in names):
            raise StatementMacros
        marks = 0
        for name in names:
            part = parts.read(name)
            # A workbook may name its parts as it likes, so what begins as XML is XML.
            if name.endswith((".xml", ".rels")) or _begins_as_xml(part):
                marks += part.count(b"<") + part.count(b"=")
                if marks > MAX_MARKS:
                    raise StatementTooLarge
                _require_plain(part)


def _begins_as_xml(part: bytes) -> bool:
    return part.lstrip(_BEFORE_XML).startswith(b"<")


def _require_plain(part: bytes) -> None:
    """Refuse entities, encodings that could hide them, and cells miles apart."""
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in part[:64]:
        raise StatementUnsafe
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise StatementUnsafe
    if b"sheetData" not in part:
        return
    for column, row in _PLACE.findall(part):
        if int(row) > MAX_LINES + _ROWS_ABOVE:
            raise StatementTooManyLines(line=MAX_LINES + _ROWS_ABOVE)
        if (len(column), column) > (len(_LAST_COLUMN), _LAST_COLUMN):
            raise StatementMalformed(line=int(row))


def _rows(content: bytes) -> list[Row]:
    """Return the rows of the only sheet that holds any."""
    with warnings.catch_warnings():
        # Styles and extensions the library does not know say nothing about values.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(
            BytesIO(content), read_only=True, keep_links=False
        )
        try:
            filled = [rows for one in book.worksheets if (rows := list(_sheet(one)))]
        finally:
            book.close()
    if len(filled) > 1:
        raise StatementManySheets
    return filled[0] if filled else []


def _sheet(sheet: openpyxl.worksheet._read_only.ReadOnlyWorksheet) -> Iterator[Row]:
    rows = sheet.iter_rows(
        max_row=MAX_LINES + _ROWS_ABOVE, max_col=MAX_COLUMNS, values_only=False
    )
    for line, cells in enumerate(rows, start=1):
        texts = [_text(cell, line) for cell in cells]
        if any(texts):
            yield Row(line, texts)


def _text(cell: _Cell, line: int) -> str:
    """Write a cell as the bank would have printed it; no formula is worked out."""
    value = cell.value
    if cell.data_type == "f":
        raise StatementFormulas(line=line)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # A spreadsheet keeps fifteen digits; the rest is noise of its arithmetic.
        return format(value, f".{_SIGNIFICANT_DIGITS}g")
    return str(value).strip()
