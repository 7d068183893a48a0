"""Read the rows of a table into transactions, in the style the whole file shares."""

from dataclasses import dataclass
from datetime import date

from risk.statements.amounts import DecimalMark, read_minor
from risk.statements.columns import Columns, is_word
from risk.statements.dates import DateOrder, read_date
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementCut,
    StatementDateUnreadable,
    StatementMalformed,
)
from risk.statements.parsed import Transaction
from risk.statements.table import Row

_NOTHING = frozenset({"", "-", "\u2013", "--"})


@dataclass(frozen=True)
class Style:
    """How one file writes dates and amounts, and in which currency."""

    order: DateOrder
    mark: DecimalMark
    currency: str
    exponent: int


class RowReader:
    """Reads rows one after another; remembers dates it has read before."""

    def __init__(self, columns: Columns, style: Style, *, whole: bool) -> None:
        self.columns = columns
        self.style = style
        self.whole = whole
        self.dates: dict[str, date | None] = {}

    def read(self, rows: list[Row]) -> list[Transaction]:
        """Read every row, or refuse at the first that is not clear."""
        transactions: list[Transaction] = []
        self._require_last(rows[-1])
        for row in rows:
            if transactions and self._only_describes(row):
                transactions[-1] = _longer(transactions[-1], row)
            else:
                transactions.append(self._transaction(row))
        return transactions

    def stated(self, row: Row) -> int:
        """Return the only amount on a labelled row."""
        place = self.columns.balance
        texts = [row.cell(place)] if row.cell(place) else row.cells[1:]
        amounts = [self._read(text.strip()) for text in texts]
        found = [minor for minor in amounts if minor is not None]
        if len(found) != 1:
            raise StatementAmountUnreadable(line=row.line)
        return found[0]

    def _require_last(self, row: Row) -> None:
        """Refuse a file that ends in the middle of its last row."""
        if len(row.cells) < self.columns.width and not self.whole:
            raise StatementCut(line=row.line)

    def _only_describes(self, row: Row) -> bool:
        """Say whether a row only carries on the description of the row above."""
        columns = self.columns
        places = (columns.booked_on, columns.balance, *columns.moves)
        return not any(row.cell(place) for place in places)

    def _transaction(self, row: Row) -> Transaction:
        columns = self.columns
        booked_on = self._date(row, columns.booked_on)
        value_on = (
            self._date(row, columns.value_on) if row.cell(columns.value_on) else None
        )
        reference = row.cell(columns.reference)
        if number := row.cell(columns.reference_number):
            reference = f"{reference} {number}".strip()
        balance = row.cell(columns.balance)
        return Transaction(
            row.line,
            booked_on,
            value_on or booked_on,
            self._amount(row) - self._fee(row),
            self.style.currency,
            row.cell(columns.counterparty),
            reference,
            None if balance in _NOTHING else self._minor(balance, row),
        )

    def _date(self, row: Row, place: int | None) -> date:
        text = row.cell(place)
        if text not in self.dates:
            self.dates[text] = read_date(text, self.style.order)
        found = self.dates[text]
        if found is None:
            raise StatementDateUnreadable(line=row.line)
        return found

    def _amount(self, row: Row) -> int:
        columns = self.columns
        if columns.debit is not None and columns.credit is not None:
            return self._two_sided(
                row.cell(columns.debit), row.cell(columns.credit), row
            )
        minor = self._minor(row.cell(columns.amount), row)
        if columns.side is None:
            return minor
        side = row.cell(columns.side)
        if is_word(side, "debit_words"):
            return -abs(minor)
        if is_word(side, "credit_words"):
            return abs(minor)
        raise StatementMalformed(line=row.line)

    def _two_sided(self, debit: str, credit: str, row: Row) -> int:
        """Read a row with one column for what went out and one for what came in."""
        if debit in _NOTHING and credit in _NOTHING:
            raise StatementAmountUnreadable(line=row.line)
        went = 0 if debit in _NOTHING else self._minor(debit, row)
        came = 0 if credit in _NOTHING else self._minor(credit, row)
        if went and came:
            raise StatementAmountUnreadable(line=row.line)
        return came - abs(went)

    def _fee(self, row: Row) -> int:
        text = row.cell(self.columns.fee)
        return 0 if text in _NOTHING else abs(self._minor(text, row))

    def _minor(self, text: str, row: Row) -> int:
        minor = self._read(text)
        if minor is None:
            raise StatementAmountUnreadable(line=row.line)
        return minor

    def _read(self, text: str) -> int | None:
        return read_minor(text, self.style.exponent, self.style.mark)


def _longer(last: Transaction, row: Row) -> Transaction:
    more = " ".join(cell.strip() for cell in row.cells if cell.strip())
    return last._replace(reference=f"{last.reference} {more}".strip())
