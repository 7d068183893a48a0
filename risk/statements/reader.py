"""Read a statement file of any known format, or refuse it with file, line and reason."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from ledger.money import Currency
from risk.statements import camt, csv_table, integrity, mt940, ofx, table, workbook
from risk.statements.columns import NOTHING_SAVED, SavedColumns
from risk.statements.encoding import decode, require_text
from risk.statements.errors import (
    StatementBalanceBroken,
    StatementCurrencyUnknown,
    StatementEmpty,
    StatementManyAccounts,
    StatementRefused,
    StatementTooLarge,
    StatementWithoutLines,
)
from risk.statements.findings import Finding, Flaw, Integrity
from risk.statements.parsed import ParsedStatement, StatementFormat
from risk.statements.sheet import Row

MAX_BYTES = 10 * 1024 * 1024

_TABLES = frozenset({StatementFormat.CSV, StatementFormat.XLSX})
_Reader = Callable[[bytes], list[ParsedStatement]]


@dataclass(frozen=True)
class ReadStatement:
    """A statement that may stand behind an application, with what was found on it."""

    parsed: ParsedStatement
    currency: Currency
    integrity: Integrity

    def as_seen_on(self, today: date) -> "ReadStatement":
        """Return the statement with lines of days that have not come marked as such."""
        ahead = tuple(
            item.line for item in self.parsed.transactions if item.booked_on > today
        )
        if not ahead:
            return self
        found = Finding(Flaw.IMPOSSIBLE_DATE, ahead)
        judged = Integrity.of((*self.integrity.findings, found))
        return replace(self, integrity=judged)


def read_accounts(
    file_name: str, content: bytes, saved: SavedColumns = NOTHING_SAVED
) -> list[ParsedStatement]:
    """Read every account of a file, in any ISO currency, without judging balances.

    Raises:
        StatementRefused: The file cannot be read completely; the refusal names the
            file, the line and what to do.
    """
    try:
        return _read(content, saved)
    except StatementRefused as refusal:
        raise refusal.named(file_name) from refusal.__cause__


def read_statements(
    file_name: str, content: bytes, saved: SavedColumns = NOTHING_SAVED
) -> list[ReadStatement]:
    """Read the account a party wants to be judged by, in a currency we keep.

    Only a table may hold two: one for each currency.

    Raises:
        StatementRefused: As :func:`read_accounts`, and for several accounts, no
            lines, another currency, or balances that do not follow from the lines.
    """
    accounts = read_accounts(file_name, content, saved)
    try:
        if len(accounts) > 1 and accounts[0].format not in _TABLES:
            raise StatementManyAccounts(line=accounts[1].line)
        return [_accept(parsed) for parsed in accounts]
    except StatementRefused as refusal:
        raise refusal.named(file_name) from None


def read_statement(file_name: str, content: bytes) -> ReadStatement:
    """Read a file of one account.

    Raises:
        StatementRefused: As :func:`read_statements`, and for two currencies.
    """
    read, *others = read_statements(file_name, content)
    if others:
        raise StatementManyAccounts(line=others[0].parsed.line, file=file_name)
    return read


def first_rows(content: bytes) -> list[Row]:
    """Return the rows a table's heading may be among; none of what is no table."""
    try:
        if workbook.detect(content):
            return workbook.first_rows(content)
        require_text(content)
        return [] if _reader_of(content) else table.first_rows(decode(content))
    except StatementRefused:
        return []


def _read(content: bytes, saved: SavedColumns) -> list[ParsedStatement]:
    if len(content) > MAX_BYTES:
        raise StatementTooLarge
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise StatementEmpty
    if workbook.detect(content):
        return workbook.read(content, saved)
    require_text(content)
    read = _reader_of(content)
    return read(content) if read else csv_table.read(content, saved)


def _reader_of(content: bytes) -> _Reader | None:
    readers = (
        (ofx.detect, ofx.read),
        (camt.detect, camt.read),
        (mt940.detect, mt940.read),
    )
    for detect, read in readers:
        if detect(content):
            return read
    return None


def _accept(parsed: ParsedStatement) -> ReadStatement:
    try:
        currency = Currency(parsed.currency)
    except ValueError:
        raise StatementCurrencyUnknown(line=parsed.line) from None
    if not parsed.transactions:
        raise StatementWithoutLines
    found = integrity.check(parsed)
    broken = _first(found.findings, Flaw.BALANCE_BROKEN)
    if broken:
        raise StatementBalanceBroken(line=broken.lines[0])
    return ReadStatement(parsed, currency, found)


def _first(findings: tuple[Finding, ...], flaw: Flaw) -> Finding | None:
    return next((finding for finding in findings if finding.flaw is flaw), None)
