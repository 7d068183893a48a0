"""Lists of invoices are read completely, each line an invoice, or refused with the line."""

import csv
import gzip
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.statements import (
    MAX_BYTES,
    InvoiceLine,
    InvoiceList,
    StatementRefused,
    read_invoice_list,
)

SHARED = (
    Path(__file__).parents[4] / "shared/data/ar_late_payment/accounts_receivable.csv.gz"
)
HEAD = "Invoice number,Customer,Invoice date,Due date,Paid date,Amount,Currency\n"
OWED = HEAD.replace("Amount,Currency", "Amount (USD),Outstanding")
PAID = "A1,Sok Heng Co. Ltd,2025-01-02,2025-02-01,2025-02-11,100.00,USD\n"
OPEN = "A2,Dara,2025-01-03,2025-02-02,,40.00,USD\n"
NOTE = "C1,Dara,2025-01-04,2025-01-04,,-5.00,USD\n"


def read(text: str) -> InvoiceList:
    return read_invoice_list("invoices.csv", text.encode())


def invoices(text: str) -> list[InvoiceLine]:
    return list(read(text).invoices)


def told(content: bytes) -> tuple[str, int]:
    with pytest.raises(StatementRefused) as refused:
        read_invoice_list("books/invoices.csv", content)
    assert str(refused.value).startswith("invoices.csv")
    return refused.value.code, refused.value.line


def day(month: int, of_month: int) -> date:
    return date(2025, month, of_month)


def test_paid_open_and_credit_notes() -> None:
    assert invoices(HEAD + PAID + OPEN + NOTE) == [
        InvoiceLine(
            2, "A1", "Sok Heng Co. Ltd", "USD", 10000, day(1, 2), day(2, 1), day(2, 11)
        ),
        InvoiceLine(3, "A2", "Dara", "USD", 4000, day(1, 3), day(2, 2)),
        InvoiceLine(4, "C1", "Dara", "USD", -500, day(1, 4), day(1, 4)),
    ]


def test_khmer_headings_digits_semicolons_and_european_amounts() -> None:
    found = read(
        "លេខវិក្កយបត្រ;អតិថិជន;ថ្ងៃចេញវិក្កយបត្រ;ថ្ងៃផុតកំណត់;ថ្ងៃបង់;ចំនួនទឹកប្រាក់ (KHR)\n"
        "១;ហាង សុខ;០២/០១/២០២៥;០១/០២/២០២៥;;1.400.000,00\n"
    )

    [item] = found.invoices
    assert (item.currency, item.amount_minor) == ("KHR", 140_000_000)
    assert item.due_on == day(2, 1)


def test_what_is_paid_in_part_is_parted() -> None:
    head = HEAD.replace("Currency", "Outstanding")
    part = "A1,Dara,2025-01-02,2025-02-01,2025-02-11,$100.00,$30.00\n"
    rest = "A2,Dara,2025-01-02,2025-02-01,,$50.00,$50.00\n"

    assert [(one.amount_minor, one.paid_on) for one in invoices(head + part + rest)] == [
        (7000, day(2, 11)), (3000, None), (5000, None),
    ]  # fmt: skip


def test_every_line_is_an_invoice_or_named() -> None:
    gone = OPEN.replace("A2", "A3").replace("USD\n", "USD,Void\n")
    head = HEAD.replace("Currency", "Currency,Status")
    rows = head + PAID + gone + ",,,,Total,140.00,\n" + "Thank you\n"

    found = read(rows)

    assert [item.line for item in found.invoices] == [2]
    assert [(item.line, item.why) for item in found.left_out] == [
        (3, "cancelled"), (4, "total"), (5, "remark"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", ("invoices_empty", 0)),
        (HEAD, ("invoices_empty", 0)),
        ("Dear sir, please pay", ("invoices_columns_unknown", 0)),
        (HEAD.replace("Due date", "Terms") + PAID, ("invoices_columns_unknown", 0)),
        (HEAD.replace("Paid date", "Notes") + OPEN, ("invoices_columns_unknown", 0)),
        (HEAD + PAID.replace("100.00", "1OO"), ("invoice_amount_unreadable", 2)),
        (HEAD + PAID + OPEN.replace("40.00", ""), ("invoice_amount_unreadable", 3)),
        (HEAD + PAID.replace("02-11", "02-30"), ("invoice_date_unreadable", 2)),
        (HEAD + OPEN.replace("2025-02-02", ""), ("invoice_date_unreadable", 2)),
        (
            HEAD + OPEN.replace("2025-02-02", "2025-01-02"),
            ("invoice_dates_disagree", 2),
        ),
        (HEAD + PAID + PAID, ("invoice_told_twice", 3)),
        (HEAD + PAID.replace("A1", ""), ("invoice_unnamed", 2)),
        (HEAD + PAID.replace("Sok Heng Co. Ltd", ""), ("invoice_unnamed", 2)),
        (HEAD + PAID.replace("USD", "U$D"), ("invoice_currency_unknown", 2)),
        (HEAD + PAID.replace("USD", "USD,extra"), ("invoice_malformed", 2)),
        (HEAD + PAID.replace("A1", "A" * 1001), ("invoice_malformed", 2)),
        (HEAD + OPEN + PAID.replace("Sok", "S" * 1001), ("invoice_malformed", 3)),
        (HEAD + PAID + "A9,Da", ("statement_cut", 3)),
        (
            OWED + PAID.replace("USD", "100.00"),
            ("invoice_payment_unclear", 2),
        ),
        (
            OWED + OPEN.replace("USD", "10.00"),
            ("invoice_payment_unclear", 2),
        ),
    ],
)
def test_what_is_not_clear_is_refused_with_its_line(
    text: str, refusal: tuple[str, int]
) -> None:
    assert told(text.encode()) == refusal


def test_a_workbook_says_the_same() -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD.strip().split(","))
    book.active.append(["A1", "Dara", day(1, 2), day(2, 1), day(2, 11), 100.0, "USD"])
    out = BytesIO()
    book.save(out)

    [item] = read_invoice_list("a.xlsx", out.getvalue()).invoices

    assert item == InvoiceLine(
        2, "A1", "Dara", "USD", 10000, day(1, 2), day(2, 1), day(2, 11)
    )


def test_too_large_and_binary_files_are_refused() -> None:
    assert told(b"a" * (MAX_BYTES + 1))[0] == "statement_too_large"
    assert told(bytes(range(256)) * 4)[0] == "statement_binary"
    assert told(b"%PDF-1.7")[0] == "invoices_columns_unknown"


@given(st.lists(st.sampled_from([HEAD, PAID, OPEN, NOTE, ",", "\n", '"', "A4,x,"])))
def test_whatever_is_sent_is_read_or_refused(pieces: list[str]) -> None:
    with suppress(StatementRefused):
        read("".join(pieces))


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared invoices are not here")
def test_a_real_list_is_read_without_loss() -> None:
    content = gzip.decompress(SHARED.read_bytes())
    rows = list(csv.DictReader(content.decode().splitlines()))
    priced = content.replace(b"InvoiceAmount", b"InvoiceAmount (USD)", 1)

    found = read_invoice_list("ar.csv", priced)

    cents = [round(float(row["InvoiceAmount"]) * 100) for row in rows]
    assert [item.amount_minor for item in found.invoices] == cents
    late = [(i.paid_on - i.due_on).days for i in found.invoices]
    assert [max(days, 0) for days in late] == [int(row["DaysLate"]) for row in rows]
    assert found.left_out == ()
