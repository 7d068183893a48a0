"""Workbooks are tables of plain values; whatever else they carry is refused."""

import random
import zipfile
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest

from risk.statements import StatementRefused, read_statement
from risk.statements.findings import Verdict
from risk.statements.workbook import MAX_MARKS, MAX_UNPACKED_BYTES

HEADING = ["Date", "Details", "Money In", "Money Out", "Balance", "Currency"]
ROWS = [
    [datetime(2025, 1, 2), "លក់", 120.5, None, 620.5, "USD"],  # noqa: DTZ001 - a cell's day
    [date(2025, 1, 3), "Rent", None, 0.1 + 0.2, 620.2, "USD"],
    ["04/01/2025", "Sale", "1,000.00", "", "1,620.20", "USD"],
]


def workbook(*rows, above: tuple = (), sheets: tuple = ()) -> bytes:
    book = openpyxl.Workbook()
    for row in [*above, HEADING, *(rows or ROWS)]:
        book.active.append(row)
    for title in sheets:
        book.create_sheet(title).append(["x"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def packed_anew(content: bytes, **parts: bytes) -> bytes:
    """Put parts of a workbook in place of its own, or beside them."""
    out = BytesIO()
    named = {
        name.replace("__", "/").replace("_dot_", "."): part
        for name, part in parts.items()
    }
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in named:
                new.writestr(name, old.read(name))
        for name, part in named.items():
            new.writestr(name, part)
    return out.getvalue()


def sheet_of(content: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return parts.read("xl/worksheets/sheet1.xml")


def told(content: bytes) -> tuple[str, int]:
    with pytest.raises(StatementRefused) as refused:
        read_statement("book.xlsx", content)
    return refused.value.code, refused.value.line


def test_dates_numbers_and_texts_of_a_sheet_are_read() -> None:
    found = read_statement("book.xlsx", workbook(above=(["Account No: 00123"], [])))

    lines = found.parsed.transactions
    assert [item.amount_minor for item in lines] == [12050, -30, 100000]
    assert [item.booked_on.day for item in lines] == [2, 3, 4]
    assert [item.line for item in lines] == [4, 5, 6]
    assert (found.parsed.account, found.parsed.format) == ("00123", "xlsx")
    assert found.integrity.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (workbook(*ROWS[:1], [date(2025, 1, 3), "Rent", None, "=1+1", 9, "USD"]),
         ("statement_formulas", 3)),
        (packed_anew(workbook(), xl__vbaProject_dot_bin=b"\0"), ("statement_macros", 0)),
        (workbook(sheets=("More",)), ("statement_many_sheets", 0)),
        (packed_anew(workbook(), xl__styles_dot_xml=b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'),
         ("statement_unsafe", 0)),
        (packed_anew(workbook(), xl__media__a_dot_xml=b" " * (MAX_UNPACKED_BYTES + 1)),
         ("statement_too_large", 0)),
        (packed_anew(workbook(), xl__workbook_dot_xml=b"<a>"), ("statement_malformed", 1)),
        (workbook()[:-300], ("statement_malformed", 1)),
        (workbook([]), ("statement_without_lines", 0)),
        (workbook([date(2025, 1, 2), "Sale", True, None, 5, "USD"]),
         ("statement_amount_unreadable", 2)),
        (workbook([45659, "Sale", 5, None, 5, "USD"]), ("statement_date_unreadable", 2)),
    ],
    ids=lambda case: case[0] if isinstance(case, tuple) else "",
)  # fmt: skip
def test_a_workbook_that_is_more_than_a_table_is_refused(content, refusal) -> None:
    assert told(content) == refusal


BOMB = (
    b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 9_000 + b'">]><a>' + b"&b;" * 9_000 + b"</a>"
)
PLAIN_SHEET = b"xl/worksheets/sheet1.xml"


def under_another_name(content: bytes, sheet: bytes) -> bytes:
    """Give a workbook a sheet whose part has a name that no sheet usually has."""
    named = {}
    with zipfile.ZipFile(BytesIO(content)) as parts:
        for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
            key = name.replace("/", "__").replace(".", "_dot_")
            named[key] = parts.read(name).replace(PLAIN_SHEET, b"xl/sheet.dat")
    return packed_anew(content, **named, xl__sheet_dot_dat=sheet)


@pytest.mark.parametrize("start", [b"", b" \n", b"\xef\xbb\xbf"])
def test_entities_are_refused_whatever_a_part_is_called(start) -> None:
    content = workbook()
    sheet = sheet_of(content)

    assert read_statement("b", under_another_name(content, sheet)).parsed.transactions
    assert told(under_another_name(content, start + BOMB)) == ("statement_unsafe", 0)


@pytest.mark.parametrize("wide", [b"<c/>" * 9, b"", b'<c r="A1"/>'])
def test_a_sheet_that_repeats_itself_without_end_is_never_read(wide) -> None:
    rows = b"<row>" + wide + b"</row>"
    sheet = b"<worksheet><sheetData>" + rows * 200_000 + b"</sheetData></worksheet>"

    found = told(packed_anew(workbook(), xl__worksheets__sheet1_dot_xml=sheet))

    assert found == ("statement_too_large", 0)


def test_tags_are_counted_where_they_do_not_pack_well() -> None:
    noise = random.Random(7).randbytes(1_000_000).hex().encode()
    sheet = b"<a>" + b"<c/>" * MAX_MARKS + b"</a>"
    content = packed_anew(workbook(), docProps__a_dot_xml=noise, xl__b_dot_xml=sheet)

    assert told(content) == ("statement_too_large", 0)


def test_a_part_that_does_not_unpack_is_said_to_be_broken() -> None:
    content = workbook()
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            is_sheet = name.startswith("xl/worksheets")
            how = zipfile.ZIP_LZMA if is_sheet else zipfile.ZIP_STORED
            new.writestr(name, old.read(name), how)
    start = out.getvalue().index(PLAIN_SHEET) + len(PLAIN_SHEET)
    broken = bytearray(out.getvalue())
    broken[start + 4] = 0xFF  # The dictionary's settings: there are none like these.

    assert read_statement("b", out.getvalue()).parsed.transactions
    assert told(bytes(broken)) == ("statement_malformed", 1)


def test_cells_miles_apart_are_not_walked_to() -> None:
    content = workbook()
    sheet = sheet_of(content)
    far = sheet.replace(b'r="A4"', b'r="XFD4"')
    deep = sheet.replace(b'r="4"', b'r="1048576"').replace(b'4" t', b'1048576" t')

    for hostile, code in (
        (far, "statement_malformed"),
        (deep, "statement_too_many_lines"),
    ):
        assert (
            told(packed_anew(content, xl__worksheets__sheet1_dot_xml=hostile))[0]
            == code
        )


def test_a_cell_merged_over_two_lines_is_not_taken_for_a_date() -> None:
    second = [None, "Sale", 5, None, 625.5, "USD"]

    assert told(workbook(ROWS[0], second)) == ("statement_date_unreadable", 3)
