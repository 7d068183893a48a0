"""Read a list of invoices, CSV or XLSX, completely, or refuse it with file and line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from risk.statements.amounts import (
    DecimalMark,
    currency_exponent,
    find_decimal_mark,
    read_minor,
)
from risk.statements.columns import find_label, tidy_words
from risk.statements.currencies import currency_beside
from risk.statements.dates import DateOrder, find_date_order, read_date
from risk.statements.encoding import decode, require_text
from risk.statements.errors import (
    StatementColumnsUnknown,
    StatementEmpty,
    StatementMalformed,
    StatementOtherFormat,
    StatementRefused,
    StatementTooLarge,
    StatementWithoutLines,
)
from risk.statements.invoice_columns import (
    CANCELLED,
    InvoiceColumns,
    find_invoice_columns,
)
from risk.statements.invoice_errors import (
    InvoiceAmountUnreadable,
    InvoiceCurrencyUnknown,
    InvoiceDatesDisagree,
    InvoiceDateUnreadable,
    InvoiceMalformed,
    InvoicePaymentUnclear,
    InvoicesColumnsUnknown,
    InvoicesEmpty,
    InvoiceToldTwice,
    InvoiceUnnamed,
)
from risk.statements.parsed import LeftOut, StatementFormat
from risk.statements.reader import MAX_BYTES
from risk.statements.sheet import Row
from risk.statements.table import Table, read_table
from risk.statements.workbook import detect, table_in

# A page of lines is shown at once, and a cell of a workbook may hold megabytes.
_LONGEST_NAME_CHARACTERS = 1_000
_NOTHING = frozenset({"", "-", "\u2013", "n/a", "N/A"})
# What the readers of tables say of statements is said of invoices in other words.
_IN_OTHER_WORDS: dict[type[StatementRefused], type[StatementRefused]] = {
    StatementEmpty: InvoicesEmpty,
    StatementWithoutLines: InvoicesEmpty,
    StatementColumnsUnknown: InvoicesColumnsUnknown,
    StatementOtherFormat: InvoicesColumnsUnknown,
    StatementMalformed: InvoiceMalformed,
}


class InvoiceLine(NamedTuple):
    """An invoice, or the paid or the open part of one, and the line that tells it.

    Below zero it is a credit note; unpaid without ``paid_on``.
    """

    line: int
    number: str
    customer: str
    currency: str
    amount_minor: int
    issued_on: date
    due_on: date
    paid_on: date | None = None


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """A list of invoices as a file tells it; nothing is judged."""

    format: StatementFormat
    invoices: tuple[InvoiceLine, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_invoice_list(file_name: str, content: bytes) -> InvoiceList:
    """Read every line into an invoice, or name it among what is left out.

    Raises:
        StatementRefused: The list cannot be read completely; the refusal names the
            file, the line and what to do.
    """
    try:
        return _read(content)
    except StatementRefused as refusal:
        other = _IN_OTHER_WORDS.get(type(refusal))
        told = other(line=refusal.line) if other else refusal
        raise told.named(file_name) from refusal.__cause__


def _read(content: bytes) -> InvoiceList:
    if len(content) > MAX_BYTES:
        raise StatementTooLarge
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise StatementEmpty
    if detect(content):
        return _List(table_in(content, _find)).read(StatementFormat.XLSX)
    require_text(content)
    return _List(read_table(decode(content), _find)).read(StatementFormat.CSV)


def _find(cells: Sequence[str]) -> tuple[str, InvoiceColumns | None]:
    return "", find_invoice_columns(cells)


class _List:
    """Reads the rows of one list, in the style the whole file shares."""

    def __init__(self, table: Table[InvoiceColumns]) -> None:
        self.table = table
        self.columns = table.columns
        self.order = DateOrder.DAY_FIRST
        self.mark = DecimalMark.POINT
        self.currency = ""
        self.days: dict[str, date | None] = {}

    def read(self, made_as: StatementFormat) -> InvoiceList:
        """Read every row."""
        rows = [self.table.rows.row(at) for at in range(len(self.table.rows))]
        asides = [(row, why) for row in rows if (why := self._aside(row))]
        passed = {row.line for row, _ in asides}
        kept = [row for row in rows if row.line not in passed]
        if not kept:
            raise InvoicesEmpty
        self._settle_style(kept)
        invoices = tuple(part for row in kept for part in self._parts(row))
        _require_once(invoices)
        left_out = tuple(LeftOut(row.line, why) for row, why in asides)
        return InvoiceList(made_as, invoices, left_out)

    def _aside(self, row: Row) -> str:
        """Say what a row is that is no invoice; nothing if it is one."""
        cells, columns = row.cells, self.columns
        if tidy_words(cells[columns.status]) in CANCELLED:
            return "cancelled"
        if cells[columns.issued_on][:1].isdigit():
            return ""
        if sum(map(bool, cells)) == 1:
            return "remark"
        if find_invoice_columns(cells):
            return "heading"
        unnamed = not (cells[columns.customer] and cells[columns.number])
        return find_label(cells) if unnamed else ""

    def _settle_style(self, rows: list[Row]) -> None:
        """Settle date order, decimal mark and the currency where no column names it."""
        columns = self.columns
        texts = dict.fromkeys(
            row.cells[place] for place in columns.dates for row in rows
        )
        order = find_date_order(text for text in texts if text)
        if order is None:
            raise InvoiceDateUnreadable(line=rows[0].line)
        amounts = [row.cells[columns.amount] for row in rows]
        self.order, self.mark = order, find_decimal_mark(amounts)
        if columns.currency < 0:
            named = currency_beside(self.table, amounts, columns.unit)
            self.currency = next(iter(named), "")

    def _parts(self, row: Row) -> Iterator[InvoiceLine]:
        """Read one invoice, or the paid and the open part of one paid in part."""
        line, cells, columns = row.line, row.cells, self.columns
        number, customer = cells[columns.number], cells[columns.customer]
        if not number or not customer:
            raise InvoiceUnnamed(line=line)
        if max(len(number), len(customer)) > _LONGEST_NAME_CHARACTERS:
            raise InvoiceMalformed(line=line)
        currency = cells[columns.currency].upper() or self.currency
        amount = self._minor(cells[columns.amount], currency, line)
        issued_on = self._day(cells[columns.issued_on], line)
        due_on = self._day(cells[columns.due_on], line)
        if due_on < issued_on:
            raise InvoiceDatesDisagree(line=line)
        paid_text = cells[columns.paid_on]
        paid_on = None if paid_text in _NOTHING else self._day(paid_text, line)
        owed = self._owed(row, amount, currency, is_paid=paid_on is not None)
        whole = InvoiceLine(line, number, customer, currency, amount, issued_on, due_on)
        if paid_on is not None:
            yield whole._replace(amount_minor=amount - owed, paid_on=paid_on)
        if owed or paid_on is None:
            yield whole._replace(amount_minor=owed)

    def _owed(self, row: Row, amount: int, currency: str, *, is_paid: bool) -> int:
        """Return what is still owed, as the two columns that tell it agree."""
        text = row.cells[self.columns.owed]
        if self.columns.owed < 0 or (text in _NOTHING and self.columns.paid_on >= 0):
            return 0 if is_paid else amount
        owed = 0 if text in _NOTHING else self._minor(text, currency, row.line)
        within = min(amount, 0) <= owed <= max(amount, 0)
        if not within or is_paid != (owed != amount):
            raise InvoicePaymentUnclear(line=row.line)
        return owed

    def _day(self, text: str, line: int) -> date:
        if text not in self.days:
            self.days[text] = read_date(text, self.order)
        day = self.days[text]
        if day is None:
            raise InvoiceDateUnreadable(line=line)
        return day

    def _minor(self, text: str, currency: str, line: int) -> int:
        exponent = currency_exponent(currency)
        if exponent is None:
            raise InvoiceCurrencyUnknown(line=line)
        minor = read_minor(text, exponent, self.mark)
        if minor is None:
            raise InvoiceAmountUnreadable(line=line)
        return minor


def _require_once(invoices: tuple[InvoiceLine, ...]) -> None:
    told: dict[tuple[str, str], int] = {}
    for item in invoices:
        key = tidy_words(item.customer), item.number
        if told.setdefault(key, item.line) != item.line:
            raise InvoiceToldTwice(line=item.line)
