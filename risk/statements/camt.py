"""Read camt.052, camt.053 and camt.054, the ISO 20022 reports, as a stream.

No document type, no entities, no network, no huge trees; any namespace or none.
"""

from collections.abc import Iterator
from datetime import date
from io import BytesIO

from lxml import etree

from risk.statements.amounts import currency_exponent, read_minor
from risk.statements.dates import read_date
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementCurrenciesMixed,
    StatementCurrencyUnknown,
    StatementCut,
    StatementDateUnreadable,
    StatementMalformed,
    StatementOtherFormat,
    StatementTooManyLines,
    StatementUnsafe,
)
from risk.statements.parsed import (
    MAX_LINES,
    LeftOut,
    ParsedStatement,
    StatedBalance,
    StatementFormat,
    Transaction,
)

_REPORTS = ("Stmt", "Rpt", "Ntfctn")
_OPENING_CODES = ("OPBD", "PRCD")
_CLOSING_CODES = ("CLBD",)


def detect(content: bytes) -> bool:
    """Say whether the bytes are XML, whatever its message."""
    head = content[:512].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith(b"<") and not head[:512].upper().startswith(b"<OFX")


def read(content: bytes) -> list[ParsedStatement]:
    """Return one statement per account report, in the order of the file."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise StatementUnsafe
    statements: dict[tuple[str, str], ParsedStatement] = {}
    seen = False
    try:
        for report in _reports(content):
            seen = True
            statement = _Report(report).read()
            key = (statement.account, statement.currency)
            known = statements.get(key)
            statements[key] = _join(known, statement) if known else statement
    except etree.XMLSyntaxError as error:
        raise _broken(content, error) from error
    if not seen:
        raise StatementOtherFormat
    return list(statements.values())


def _reports(content: bytes) -> Iterator[etree._Element]:
    stream = etree.iterparse(
        BytesIO(content),
        events=("end",),
        tag=tuple(f"{{*}}{name}" for name in _REPORTS),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for _, element in stream:
        if element.getroottree().docinfo.doctype:
            raise StatementUnsafe
        yield element
        element.clear()


def _broken(content: bytes, error: etree.XMLSyntaxError) -> Exception:
    line = int(error.lineno or 1)
    tail = content.replace(b"\0", b"").rstrip()[-64:]
    root = b"</" in tail and tail.rpartition(b"</")[2].rpartition(b":")[2]
    return (
        StatementMalformed(line=line)
        if root == b"Document>"
        else StatementCut(line=line)
    )


def _join(known: ParsedStatement, later: ParsedStatement) -> ParsedStatement:
    moved = len(known.transactions)
    if moved + len(later.transactions) > MAX_LINES:
        raise StatementTooManyLines(line=later.line)
    shifted = [
        StatedBalance(moved + item.position, item.amount_minor, item.line)
        for item in later.balances
    ]
    return ParsedStatement(
        StatementFormat.CAMT,
        known.account,
        known.currency,
        known.transactions + later.transactions,
        (*known.balances, *shifted),
        known.left_out + later.left_out,
        known.line,
    )


class _Report:
    """One account report: a statement, an interim report or a notification."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self.prefix = (
            f"{{{space}}}" if (space := etree.QName(element).namespace) else ""
        )
        self.line = _line(element)
        self.currency = ""
        self.exponent = 0

    def path(self, names: str) -> str:
        """Write a path in the document's own namespace."""
        return "/".join(self.prefix + name for name in names.split("/"))

    def text(self, element: etree._Element, names: str) -> str:
        """Return the text at a path, or nothing."""
        return (element.findtext(self.path(names)) or "").strip()

    def read(self) -> ParsedStatement:
        """Read every entry and balance of the report."""
        entries = self.element.findall(self.path("Ntry"))
        if len(entries) > MAX_LINES:
            raise StatementTooManyLines(line=_line(entries[MAX_LINES]))
        self._find_currency(entries)
        booked, left_out = [], []
        for entry in entries:
            if self._is_booked(entry):
                booked.append(self._transaction(entry))
            else:
                left_out.append(LeftOut(_line(entry), "pending"))
        transactions = _in_order(booked)
        return ParsedStatement(
            StatementFormat.CAMT,
            self.text(self.element, "Acct/Id/IBAN")
            or self.text(self.element, "Acct/Id/Othr/Id"),
            self.currency,
            tuple(transactions),
            tuple(self._balances(len(transactions))),
            tuple(left_out),
            self.line,
        )

    def _find_currency(self, entries: list[etree._Element]) -> None:
        amounts = self.element.findall(self.path("Bal/Amt"))
        amounts += [
            found
            for entry in entries
            if (found := self._child(entry, "Amt")) is not None
        ]
        named = self.text(self.element, "Acct/Ccy")
        first = amounts[0].get("Ccy", "") if amounts else ""
        self.currency = named or first
        exponent = currency_exponent(self.currency)
        if exponent is None:
            raise StatementCurrencyUnknown(line=self.line)
        self.exponent = exponent

    def _child(self, element: etree._Element, name: str) -> etree._Element | None:
        return element.find(self.prefix + name)

    def _is_booked(self, entry: etree._Element) -> bool:
        status = self.text(entry, "Sts/Cd") or self.text(entry, "Sts")
        return status in {"BOOK", ""}

    def _transaction(self, entry: etree._Element) -> Transaction:
        line = _line(entry)
        value_on = self._date(entry, "ValDt")
        booked_on = self._date(entry, "BookgDt") or value_on
        if booked_on is None:
            raise StatementDateUnreadable(line=line)
        details = entry.find(self.path("NtryDtls/TxDtls"))
        amount = self._amount(entry, line)
        return Transaction(
            line,
            booked_on,
            value_on or booked_on,
            amount,
            self.currency,
            self._counterparty(details, amount),
            self._reference(entry, details),
        )

    def _amount(self, entry: etree._Element, line: int) -> int:
        amount = self._child(entry, "Amt")
        if amount is None:
            raise StatementAmountUnreadable(line=line)
        if amount.get("Ccy", self.currency) != self.currency:
            raise StatementCurrenciesMixed(line=_line(amount))
        minor = read_minor((amount.text or "").strip(), self.exponent)
        if minor is None or minor < 0:
            raise StatementAmountUnreadable(line=_line(amount))
        side = self.text(entry, "CdtDbtInd")
        if side not in {"CRDT", "DBIT"}:
            raise StatementMalformed(line=line)
        return minor if side == "CRDT" else -minor

    def _date(self, entry: etree._Element, name: str) -> date | None:
        element = self._child(entry, name)
        if element is None:
            return None
        text = self.text(element, "Dt") or self.text(element, "DtTm")
        found = read_date(text[:10])
        if found is None:
            raise StatementDateUnreadable(line=_line(element))
        return found

    def _counterparty(self, details: etree._Element | None, amount: int) -> str:
        if details is None:
            return ""
        side = "Dbtr" if amount >= 0 else "Cdtr"
        return self.text(details, f"RltdPties/{side}/Nm") or self.text(
            details, f"RltdPties/{side}/Pty/Nm"
        )

    def _reference(self, entry: etree._Element, details: etree._Element | None) -> str:
        parts = [self.text(entry, "AddtlNtryInf"), self.text(entry, "AcctSvcrRef")]
        if details is not None:
            remitted = details.findall(self.path("RmtInf/Ustrd"))
            parts += [(item.text or "").strip() for item in remitted]
            parts.append(self.text(details, "Refs/EndToEndId"))
        return " ".join(part for part in parts if part)

    def _balances(self, count: int) -> Iterator[StatedBalance]:
        for balance in self.element.findall(self.path("Bal")):
            code = self.text(balance, "Tp/CdOrPrtry/Cd")
            if code in _OPENING_CODES:
                yield StatedBalance(
                    0, self._amount(balance, _line(balance)), _line(balance)
                )
            if code in _CLOSING_CODES:
                minor = self._amount(balance, _line(balance))
                yield StatedBalance(count, minor, _line(balance))


def _line(element: etree._Element) -> int:
    return int(str(element.sourceline or 1))


def _in_order(transactions: list[Transaction]) -> list[Transaction]:
    """Put a report that runs backwards into the order of time."""
    days = [item.booked_on for item in transactions]
    if len(days) > 1 and days[0] > days[-1] and days == sorted(days, reverse=True):
        transactions.reverse()
    return transactions
