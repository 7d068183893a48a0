"""Read the rows of a table into transactions, in the style the whole file shares.

Columns are read one after another: most are written alike from top to bottom, so one
look at a whole column does for its cells what thousands of looks would.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat

from risk.statements.amounts import DecimalMark, read_column, read_minor
from risk.statements.columns import Columns, is_word
from risk.statements.dates import DateOrder, read_date
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementDateUnreadable,
    StatementMalformed,
)
from risk.statements.parsed import Transaction
from risk.statements.sheet import Sheet

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
    """Reads rows column by column; remembers dates it has read before."""

    def __init__(self, columns: Columns, style: Style) -> None:
        self.columns = columns
        self.style = style
        self.dates: dict[str, date | None] = {}

    def read(self, sheet: Sheet) -> list[Transaction]:
        """Read every row, or refuse where one is not clear."""
        sheet, carried_on = self._with_descriptions_apart(sheet)
        columns = self.columns
        booked = self._days(sheet, columns.booked_on)
        valued = booked
        if columns.value_on >= 0:
            valued = self._days(sheet, columns.value_on, booked)
        moved = self._moved(sheet)
        read = list(
            map(
                Transaction,
                sheet.lines,
                booked,
                valued,
                moved,
                repeat(self.style.currency),
                self._others(sheet, moved),
                self._references(sheet),
                self.amounts(sheet, columns.balance),
            )
        )
        for index, more in carried_on.items():
            text = f"{read[index].reference} {more}".strip()
            read[index] = read[index]._replace(reference=text)
        return read

    def amount(self, text: str) -> int | None:
        """Return an amount in the file's style, or ``None`` when it is unclear."""
        return read_minor(text, self.style.exponent, self.style.mark)

    def _with_descriptions_apart(self, sheet: Sheet) -> tuple[Sheet, dict[int, str]]:
        """Part rows that only carry on a description from the rows they belong to."""
        days = sheet.column(self.columns.booked_on)
        if "" not in days:
            return sheet, {}
        moved = sheet.joined((self.columns.balance, *self.columns.moves))
        whole: list[int] = []
        more: dict[int, str] = {}
        for at, (day, told) in enumerate(zip(days, moved, strict=True)):
            if day or not whole or told:
                whole.append(at)
            else:
                last = len(whole) - 1
                text = " ".join(filter(None, sheet.row(at).cells))
                more[last] = f"{more.get(last, '')} {text}".strip()
        return sheet.only(whole), more

    def _others(self, sheet: Sheet, moved: list[int]) -> Sequence[str]:
        """Name the other side: who pays what comes in, who is paid what goes out."""
        payers = sheet.column(self.columns.counterparty)
        if self.columns.payee < 0:
            return payers
        payees = sheet.column(self.columns.payee)
        sides = zip(payers, payees, moved, strict=True)
        return [payee if amount < 0 else payer for payer, payee, amount in sides]

    def _references(self, sheet: Sheet) -> Sequence[str]:
        said = sheet.column(self.columns.reference)
        if self.columns.reference_number < 0:
            return said
        numbers = sheet.column(self.columns.reference_number)
        return [
            f"{text} {number}".strip()
            for text, number in zip(said, numbers, strict=True)
        ]

    def _days(
        self, sheet: Sheet, place: int, instead: Sequence[date] = ()
    ) -> list[date]:
        """Read a column of dates; where a cell is empty, take the other column's."""
        known = self.dates
        texts = sheet.column(place)
        for text in set(texts).difference(known):
            known[text] = read_date(text, self.style.order)
        days = list(map(known.__getitem__, texts))
        if None not in days:
            return [day for day in days if day]
        for index, (text, day) in enumerate(zip(texts, days, strict=True)):
            if day is None and (text or not instead):
                raise StatementDateUnreadable(line=sheet.lines[index])
        return [day or other for day, other in zip(days, instead, strict=True)]

    def amounts(self, sheet: Sheet, place: int) -> list[int | None]:
        """Read a column of amounts; an empty cell and a dash are no amount."""
        texts = sheet.column(place)
        style = self.style
        plain = read_column(texts, style.exponent, style.mark)
        if plain is not None:
            return plain
        return [
            None if text in _NOTHING else self._minor(text, line)
            for text, line in zip(texts, sheet.lines, strict=True)
        ]

    def _moved(self, sheet: Sheet) -> list[int]:
        columns = self.columns
        if columns.debit >= 0 and columns.credit >= 0:
            moved = self._two_sided(sheet)
        else:
            moved = self._one_sided(sheet)
        if self.style.fees_apart:
            fees = self.amounts(sheet, columns.fee)
            moved = [
                amount - abs(fee or 0) for amount, fee in zip(moved, fees, strict=True)
            ]
        return moved

    def _one_sided(self, sheet: Sheet) -> list[int]:
        amounts = self.amounts(sheet, self.columns.amount)
        if None in amounts:
            raise StatementAmountUnreadable(line=sheet.lines[amounts.index(None)])
        signed = [amount or 0 for amount in amounts]
        if self.columns.side < 0:
            return signed
        sides = sheet.column(self.columns.side)
        return [
            _with_side(amount, side, line)
            for amount, side, line in zip(signed, sides, sheet.lines, strict=True)
        ]

    def _two_sided(self, sheet: Sheet) -> list[int]:
        """Read rows with one column for what went out and one for what came in."""
        went = self.amounts(sheet, self.columns.debit)
        came = self.amounts(sheet, self.columns.credit)
        # Where all stand below zero the sign only says once more that they went out;
        # one below zero among others was given back.
        sign = -1 if any(out and out > 0 for out in went) else 1
        moved: list[int] = []
        for line, out, into in zip(sheet.lines, went, came, strict=True):
            if (out and into) or (out is None and into is None):
                raise StatementAmountUnreadable(line=line)
            moved.append(sign * out if out else into or 0)
        return moved

    def _minor(self, text: str, line: int) -> int:
        minor = read_minor(text, self.style.exponent, self.style.mark)
        if minor is None:
            raise StatementAmountUnreadable(line=line)
        return minor


def _with_side(amount: int, side: str, line: int) -> int:
    if is_word(side, "debit_words"):
        return -abs(amount)
    if is_word(side, "credit_words"):
        return abs(amount)
    raise StatementMalformed(line=line)
