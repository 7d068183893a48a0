"""Read one account report of a camt message: its entries, balances and names.

Elements are walked once, by local name: looking each field up by its path takes four
times as long, and a report has thousands of entries.
"""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

from lxml import etree

from risk.statements.amounts import currency_exponent, read_minor
from risk.statements.dates import read_date
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementCurrenciesMixed,
    StatementCurrencyUnknown,
    StatementDateUnreadable,
    StatementMalformed,
    StatementTooManyLines,
)
from risk.statements.parsed import (
    MAX_LINES,
    LeftOut,
    ParsedStatement,
    StatedBalance,
    StatementFormat,
    Transaction,
)

_OPENING_CODES = ("OPBD", "PRCD")
_CLOSING_CODES = ("CLBD",)
_DATE_CHARACTERS = 10

_Parts: TypeAlias = "dict[str, etree._Element]"  # noqa: SLF001 - lxml names the type so


class Report:
    """One account report: a statement, an interim report or a notification."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        space = etree.QName(element).namespace
        self.skip = len(space) + 2 if space else 0
        self.line = line_of(element)
        self.dates: dict[str, date | None] = {}
        self.currency = ""
        self.exponent = 0

    def read(self) -> ParsedStatement:
        """Read every entry and balance of the report."""
        children = [(self._name(child), child) for child in self.element]
        entries = [child for name, child in children if name == "Ntry"]
        balances = [child for name, child in children if name == "Bal"]
        account = self._parts(self._parts(self.element).get("Acct"))
        if len(entries) > MAX_LINES:
            raise StatementTooManyLines(line=line_of(entries[MAX_LINES]))
        self._settle_currency(account, [*balances, *entries])
        booked, left_out = [], []
        for entry in entries:
            parts = self._parts(entry)
            if self._is_booked(parts):
                booked.append(self._transaction(entry, parts))
            else:
                left_out.append(LeftOut(line_of(entry), "not booked"))
        return ParsedStatement(
            StatementFormat.CAMT,
            self._account_name(account),
            self.currency,
            tuple(_in_order(booked)),
            tuple(self._balances(balances, len(booked))),
            tuple(left_out),
            self.line,
        )

    def _name(self, element: etree._Element) -> str:
        return str(element.tag)[self.skip :]

    def _parts(self, element: etree._Element | None) -> _Parts:
        """Return the children by local name; of several with one name the first."""
        parts: _Parts = {}
        if element is not None:
            for child in element:
                parts.setdefault(self._name(child), child)
        return parts

    def _walk(self, element: etree._Element | None, *names: str) -> str:
        """Follow names downward and return the text there, or nothing."""
        for name in names:
            element = self._parts(element).get(name)
        return _text(element)

    def _settle_currency(self, account: _Parts, amounts: list[etree._Element]) -> None:
        self.currency = _text(account.get("Ccy"))
        if not self.currency and amounts:
            amount = self._parts(amounts[0]).get("Amt")
            self.currency = "" if amount is None else str(amount.get("Ccy", ""))
        exponent = currency_exponent(self.currency)
        if exponent is None:
            raise StatementCurrencyUnknown(line=self.line)
        self.exponent = exponent

    def _account_name(self, account: _Parts) -> str:
        place = account.get("Id")
        return self._walk(place, "IBAN") or self._walk(place, "Othr", "Id")

    def _is_booked(self, parts: _Parts) -> bool:
        status = parts.get("Sts")
        return (_text(status) or self._walk(status, "Cd")) in {"BOOK", ""}

    def _transaction(self, entry: etree._Element, parts: _Parts) -> Transaction:
        line = line_of(entry)
        value_on = self._date(parts.get("ValDt"))
        booked_on = self._date(parts.get("BookgDt")) or value_on
        if booked_on is None:
            raise StatementDateUnreadable(line=line)
        amount = self._amount(parts, line)
        details = self._parts(self._parts(parts.get("NtryDtls")).get("TxDtls"))
        return Transaction(
            line,
            booked_on,
            value_on or booked_on,
            amount,
            self.currency,
            self._counterparty(details, amount),
            self._reference(parts, details),
        )

    def _amount(self, parts: _Parts, line: int) -> int:
        amount = parts.get("Amt")
        if amount is None:
            raise StatementAmountUnreadable(line=line)
        if amount.get("Ccy", self.currency) != self.currency:
            raise StatementCurrenciesMixed(line=line_of(amount))
        minor = read_minor(_text(amount), self.exponent)
        if minor is None or minor < 0:
            raise StatementAmountUnreadable(line=line_of(amount))
        side = _text(parts.get("CdtDbtInd"))
        if side not in {"CRDT", "DBIT"}:
            raise StatementMalformed(line=line)
        return minor if side == "CRDT" else -minor

    def _date(self, element: etree._Element | None) -> date | None:
        if element is None:
            return None
        text = next(map(_text, element), "")[:_DATE_CHARACTERS]
        if text not in self.dates:
            self.dates[text] = read_date(text)
        found = self.dates[text]
        if found is None:
            raise StatementDateUnreadable(line=line_of(element))
        return found

    def _counterparty(self, details: _Parts, amount: int) -> str:
        side = self._parts(details.get("RltdPties")).get(
            "Dbtr" if amount >= 0 else "Cdtr"
        )
        if side is None:
            return ""
        return self._walk(side, "Nm") or self._walk(side, "Pty", "Nm")

    def _reference(self, entry: _Parts, details: _Parts) -> str:
        said = [_text(entry.get("AddtlNtryInf")), _text(entry.get("AcctSvcrRef"))]
        remitted = details.get("RmtInf")
        if remitted is not None:
            said += [_text(child) for child in remitted if self._name(child) == "Ustrd"]
        said.append(self._walk(details.get("Refs"), "EndToEndId"))
        return " ".join(filter(None, said))

    def _balances(
        self, balances: list[etree._Element], count: int
    ) -> Iterator[StatedBalance]:
        for balance in balances:
            parts = self._parts(balance)
            code = self._walk(parts.get("Tp"), "CdOrPrtry", "Cd")
            if code in _OPENING_CODES or code in _CLOSING_CODES:
                position = 0 if code in _OPENING_CODES else count
                line = line_of(balance)
                yield StatedBalance(position, self._amount(parts, line), line)


def line_of(element: etree._Element) -> int:
    """Return the source line an element begins on."""
    return int(str(element.sourceline or 1))


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _in_order(transactions: list[Transaction]) -> list[Transaction]:
    """Put a report that runs backwards into the order of time."""
    days = [item.booked_on for item in transactions]
    if len(days) > 1 and days[0] > days[-1] and days == sorted(days, reverse=True):
        transactions.reverse()
    return transactions
