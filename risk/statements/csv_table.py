"""Read CSV exports of banks, wallets and tills, whatever their headings and decimals."""

import re
from dataclasses import replace
from itertools import pairwise

from risk.statements.amounts import currency_exponent, find_decimal_mark
from risk.statements.columns import (
    NOTHING_SAVED,
    Columns,
    Labels,
    SavedColumns,
    find_label,
    finder,
    is_side,
)
from risk.statements.currencies import Part, currency_beside, part
from risk.statements.dates import find_date_order
from risk.statements.encoding import decode
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementColumnsAlike,
    StatementCurrenciesMixed,
    StatementCurrencyUnknown,
    StatementDateUnreadable,
    StatementManyAccounts,
    StatementWithoutLines,
)
from risk.statements.parsed import (
    LeftOut,
    ParsedStatement,
    StatedBalance,
    StatementFormat,
    Transaction,
)
from risk.statements.rows import RowReader, Style
from risk.statements.sheet import Row, Sheet
from risk.statements.table import Table, read_table
from risk.statements.totals import unlike_totals

_ACCOUNT_WORDS = re.compile(r"account|iban|wallet|គណនី", re.IGNORECASE)
_STYLE_SAMPLE_ROWS = 300
_SIGN_SAMPLE_ROWS = 50


def read(content: bytes, saved: SavedColumns = NOTHING_SAVED) -> list[ParsedStatement]:
    """Return the account of a table, or one for each currency; oldest line first."""
    return statements_of(
        read_table(decode(content), finder(saved)), StatementFormat.CSV
    )


def statements_of(
    table: Table[Columns], made_as: StatementFormat
) -> list[ParsedStatement]:
    """Read a table, wherever it was found, into a statement for each currency."""
    movements, asides = _sort(table)
    if not movements:
        raise StatementWithoutLines
    return [_statement(one, made_as) for one in part(table, movements, asides)]


def _statement(one: Part, made_as: StatementFormat) -> ParsedStatement:
    movements = one.movements
    _require_one_amount(one.table, movements)
    table = _with_sides(one.table, movements)
    style = _style(table, movements, one.currency)
    reader = RowReader(table.columns, style)
    transactions = _in_time(reader.read(movements))
    if table.columns.fee >= 0:
        transactions = _with_fees(table, movements, style, transactions)
    return ParsedStatement(
        made_as,
        _account(table, movements),
        style.currency,
        tuple(transactions),
        _balances(one, reader, len(transactions)),
        tuple(LeftOut(row.line, why) for row, why in one.asides),
        table.heading.line,
        unlike_totals(one, reader),
        table.column_map,
    )


def _require_one_amount(table: Table[Columns], movements: Sheet) -> None:
    """Refuse two columns of one meaning that differ, where no balance could tell."""
    columns = table.columns
    for first, second in columns.alike if columns.balance < 0 else ():
        if movements.column(first) != movements.column(second):
            raise StatementColumnsAlike(line=table.heading.line)


def _with_sides(table: Table[Columns], movements: Sheet) -> Table[Columns]:
    """Take a column of kinds for the side of amounts, if it names nothing but sides."""
    columns = table.columns
    if columns.kind < 0 or columns.side >= 0:
        return table
    named = movements.first_lines(columns.kind)
    if not all(is_side(text) for text in named):
        return table
    return replace(table, columns=replace(columns, side=columns.kind))


def _with_fees(
    table: Table[Columns], movements: Sheet, style: Style, without: list[Transaction]
) -> list[Transaction]:
    """Take fees on top of the amounts, unless only without them the balances follow."""
    reader = RowReader(table.columns, replace(style, fees_apart=True))
    charged = _in_time(reader.read(movements))
    return without if _follows(without) and not _follows(charged) else charged


def _sort(table: Table[Columns]) -> tuple[Sheet, list[tuple[Row, str]]]:
    """Part the rows that move money from labels, totals and repeated headings."""
    labels = Labels(table.columns, table.heading.cells)
    rows = table.rows
    kinds = {at: labels.kind(rows.row(at).cells) for at in labels.doubtful(rows)}
    asides = [(rows.row(at), why) for at, why in kinds.items() if why]
    if not asides:
        return rows, []
    return rows.only([at for at in range(len(rows)) if not kinds.get(at)]), asides


def _style(table: Table[Columns], movements: Sheet, named: str) -> Style:
    """Settle what the whole file shares: date order, decimal mark, currency."""
    columns = table.columns
    order = find_date_order(movements.first_lines(columns.booked_on))
    if order is None:
        raise StatementDateUnreadable(line=movements.lines[0])
    sample = movements.head(_STYLE_SAMPLE_ROWS)
    amounts = [text for at in columns.numbers for text in sample.column(at)]
    currency = named or _currency(table, movements)
    return Style(
        order, find_decimal_mark(amounts), currency, currency_exponent(currency) or 0
    )


def _currency(table: Table[Columns], movements: Sheet) -> str:
    named = movements.first_lines(table.columns.currency)
    if len(named) > 1:
        raise StatementCurrenciesMixed(line=max(named.values()))
    named = named or _currency_named_aside(table)
    currency, line = next(iter(named.items()), ("", table.heading.line))
    if currency_exponent(currency.upper()) is None:
        raise StatementCurrencyUnknown(line=line)
    return currency.upper()


def _currency_named_aside(table: Table[Columns]) -> dict[str, int]:
    sample = table.rows.head(_SIGN_SAMPLE_ROWS)
    amounts = [cell for at in table.columns.numbers for cell in sample.column(at)]
    return currency_beside(table, amounts, table.columns.unit)


def _account(table: Table[Columns], movements: Sheet) -> str:
    named = movements.first_lines(table.columns.account)
    if len(named) > 1:
        raise StatementManyAccounts(line=max(named.values()))
    for row in table.above:
        if not named and _ACCOUNT_WORDS.search(row.cells[0]):
            numbers = (_after_colon(cell) for cell in row.cells if _has_digit(cell))
            named = dict.fromkeys(numbers, row.line)
    return next(iter(named), "")


def _balances(one: Part, reader: RowReader, count: int) -> tuple[StatedBalance, ...]:
    """Take the opening and closing balances that stand above or between the rows."""
    places = {"opening": 0, "closing": count}
    labelled = [(row, find_label(row.cells)) for row in one.table.above]
    stated = [
        StatedBalance(places[kind], amount, row.line)
        for row, kind in [*labelled, *one.asides]
        if kind in places
        and one.tells(row)
        and (amount := _stated(reader, row)) is not None
    ]
    return tuple(sorted(stated, key=lambda item: (item.position, item.line)))


def _stated(reader: RowReader, row: Row) -> int | None:
    """Return the one amount of a labelled row: in the balance column, or anywhere."""
    place = reader.columns.balance
    cells = row.cells
    if 0 <= place < len(cells) and cells[place]:
        cells = [cells[place]]
    amounts = (reader.amount(_after_colon(cell)) for cell in cells)
    found = {amount for amount in amounts if amount is not None}
    if len(found) > 1:
        raise StatementAmountUnreadable(line=row.line)
    return found.pop() if found else None


def _after_colon(cell: str) -> str:
    return cell.rpartition(":")[2].strip()


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _in_time(transactions: list[Transaction]) -> list[Transaction]:
    """Turn a table that runs newest first, by its dates or its balances, round."""
    first, last = transactions[0].booked_on, transactions[-1].booked_on
    turned = transactions[::-1]
    backwards = first > last if first != last else _follows(turned)
    return turned if backwards and not _follows(transactions) else transactions


def _follows(transactions: list[Transaction]) -> bool:
    return all(
        before.balance_after is not None
        and before.balance_after + after.amount_minor == after.balance_after
        for before, after in pairwise(transactions)
    )
