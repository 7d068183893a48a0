"""Read the rows of a table into transactions, in the style the whole file shares."""

from dataclasses import dataclass
from datetime import date

from risk.statements.amounts import DecimalMark, read_minor
from risk.statements.columns import Columns, is_word
from risk.statements.dates import DateOrder, read_date
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementDateUnreadable,
    StatementMalformed,
)
from risk.statements.parsed import Transaction
from risk.statements.table import Row

_NOTHING = frozenset({"", "-", "\u2013", "--"})


@dataclass(frozen=True)
class Style:
    """How one file writes dates and amounts, and in which currency.

    ``fees_apart`` says that a column of fees is taken on top of the amounts.
    """

    order: DateOrder
    mark: DecimalMark
    currency: str
    exponent: int
    fees_apart: bool = False


class RowReader:
    """Reads rows one after another; remembers dates it has read before."""

    def __init__(self, columns: Columns, style: Style) -> None:
        self.columns = columns
        self.style = style
        self.dates: dict[str, date | None] = {}

    def read(self, rows: list[Row]) -> list[Transaction]:
        """Read every row, or refuse at the first that is not clear."""
        booked_on = self.columns.booked_on
        transactions: list[Transaction] = []
        for row in rows:
            if not row.cells[booked_on] and transactions and self._only_describes(row):
                transactions[-1] = _longer(transactions[-1], row)
            else:
                transactions.append(self._transaction(row))
        return transactions

    def amount(self, text: str) -> int | None:
        """Return an amount in the file's style, or ``None`` when it is unclear."""
        return read_minor(text, self.style.exponent, self.style.mark)

    def _only_describes(self, row: Row) -> bool:
        """Say whether a row only carries on the description of the row above."""
        places = (self.columns.balance, *self.columns.moves)
        return not any(row.cells[place] for place in places)

    def _transaction(self, row: Row) -> Transaction:
        columns, cells = self.columns, row.cells
        booked_on = self._date(cells[columns.booked_on], row)
        value_on = cells[columns.value_on]
        reference = cells[columns.reference]
        if number := cells[columns.reference_number]:
            reference = f"{reference} {number}".strip()
        balance = cells[columns.balance]
        return Transaction(
            row.line,
            booked_on,
            self._date(value_on, row) if value_on else booked_on,
            self._amount(row) - self._fee(row),
            self.style.currency,
            cells[columns.counterparty],
            reference,
            None if balance in _NOTHING else self._minor(balance, row),
        )

    def _date(self, text: str, row: Row) -> date:
        if text not in self.dates:
            self.dates[text] = read_date(text, self.style.order)
        found = self.dates[text]
        if found is None:
            raise StatementDateUnreadable(line=row.line)
        return found

    def _amount(self, row: Row) -> int:
        columns = self.columns
        if columns.debit >= 0 and columns.credit >= 0:
            return self._two_sided(row)
        minor = self._minor(row.cells[columns.amount], row)
        if columns.side < 0:
            return minor
        side = row.cells[columns.side]
        if is_word(side, "debit_words"):
            return -abs(minor)
        if is_word(side, "credit_words"):
            return abs(minor)
        raise StatementMalformed(line=row.line)

    def _two_sided(self, row: Row) -> int:
        """Read a row with one column for what went out and one for what came in."""
        debit, credit = row.cells[self.columns.debit], row.cells[self.columns.credit]
        went = 0 if debit in _NOTHING else self._minor(debit, row)
        came = 0 if credit in _NOTHING else self._minor(credit, row)
        if (went and came) or (debit in _NOTHING and credit in _NOTHING):
            raise StatementAmountUnreadable(line=row.line)
        return came - abs(went)

    def _fee(self, row: Row) -> int:
        if not self.style.fees_apart:
            return 0
        text = row.cells[self.columns.fee]
        return 0 if text in _NOTHING else abs(self._minor(text, row))

    def _minor(self, text: str, row: Row) -> int:
        minor = read_minor(text, self.style.exponent, self.style.mark)
        if minor is None:
            raise StatementAmountUnreadable(line=row.line)
        return minor


def _longer(last: Transaction, row: Row) -> Transaction:
    more = " ".join(filter(None, row.cells))
    return last._replace(reference=f"{last.reference} {more}".strip())
