"""Read one account report of a camt message: its entries, balances and names.

A report has thousands of entries: each one's children are taken at once, by their full
names, and what lies deeper is looked for by the library.
"""

from collections.abc import Iterator
from datetime import date
from typing import TypeAlias, cast

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
from risk.statements.findings import Finding, Flaw
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
_DETAILS = ("TxDtls", "Dbtr", "Cdtr", "Nm", "Ustrd", "EndToEndId")

_Parts: TypeAlias = "dict[str, etree._Element]"  # noqa: SLF001 - lxml names the type so


class Report:
    """One account report: a statement, an interim report or a notification."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        space = etree.QName(element).namespace
        self.space = f"{{{space}}}" if space else ""
        self.tags = tuple(self._tag(name) for name in _DETAILS)
        self.line = line_of(element)
        self.dates: dict[str, date | None] = {}
        self.unlike: list[int] = []
        self.currency = ""
        self.exponent = 0

    def read(self) -> ParsedStatement:
        """Read every entry and balance of the report."""
        entries = list(self.element.iterchildren(self._tag("Ntry")))
        balances = list(self.element.iterchildren(self._tag("Bal")))
        account = self._parts(next(self.element.iterchildren(self._tag("Acct")), None))
        if len(entries) > MAX_LINES:
            raise StatementTooManyLines(line=line_of(entries[MAX_LINES]))
        self._settle_currency(account, [*balances, *entries])
        booked: list[Transaction] = []
        left_out: list[LeftOut] = []
        for entry in entries:
            parts = self._parts(entry)
            if self._is_booked(parts):
                booked += self._booked(entry, parts)
            else:
                left_out.append(LeftOut(line_of(entry), "not booked"))
        if len(booked) > MAX_LINES:
            raise StatementTooManyLines(line=booked[MAX_LINES].line)
        return ParsedStatement(
            StatementFormat.CAMT,
            self._account_name(account),
            self.currency,
            tuple(_in_order(booked)),
            tuple(self._balances(balances, len(booked))),
            tuple(left_out),
            self.line,
            self._findings(len(entries), booked),
        )

    def _findings(self, count: int, booked: list[Transaction]) -> tuple[Finding, ...]:
        found = []
        if self.unlike:
            found.append(Finding(Flaw.BATCH_UNLIKE_ENTRY, tuple(self.unlike)))
        # It sums entries: where some wait or became their payments, ours are others.
        for summary in self.element.iterchildren(self._tag("TxsSummry")):
            alike = len(booked) == count
            if alike and not self._adds_up(summary, count, booked):
                found.append(Finding(Flaw.TOTAL_UNLIKE_LINES, (line_of(summary),)))
        return tuple(found)

    def _adds_up(
        self, summary: etree._Element, count: int, booked: list[Transaction]
    ) -> bool:
        """Hold the report's summary, as far as it goes, against its entries."""
        came = sum(item.amount_minor for item in booked if item.amount_minor > 0)
        went = sum(item.amount_minor for item in booked if item.amount_minor < 0)
        counted = self._walk(summary, "TtlNtries", "NbOfNtries") or str(count)
        sums = (
            (self._walk(summary, "TtlCdtNtries", "Sum"), came),
            (self._walk(summary, "TtlDbtNtries", "Sum"), -went),
        )
        return counted == str(count) and all(
            not told or read_minor(told, self.exponent) == moved for told, moved in sums
        )

    def _tag(self, name: str) -> str:
        return self.space + name

    def _parts(self, element: etree._Element | None) -> _Parts:
        """Return the children by name; of several with one name the first."""
        if element is None:
            return {}
        skip = len(self.space)
        backwards = element.iterchildren(reversed=True)
        return {child.tag[skip:]: child for child in backwards}

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

    def _booked(self, entry: etree._Element, parts: _Parts) -> list[Transaction]:
        """Return an entry, or in its place the details of a batch that make it up."""
        whole = self._transaction(entry, parts)
        details = list(entry.iter(self.tags[0])) if self._is_batch(entry, parts) else []
        if len(details) < 2:  # noqa: PLR2004 - one is the entry itself
            return [whole]
        booked = [self._detail(detail, whole, parts) for detail in details]
        moved = [item.amount_minor for item in booked]
        if all(moved) and sum(moved) == whole.amount_minor:
            return booked
        self.unlike.append(whole.line)
        return [whole]

    def _is_batch(self, entry: etree._Element, parts: _Parts) -> bool:
        """Say whether an entry may have several details: in one place, or in several."""
        told = parts.get("NtryDtls")
        return told is not None and (len(told) > 1 or len(entry) > len(parts))

    def _detail(
        self, detail: etree._Element, whole: Transaction, entry: _Parts
    ) -> Transaction:
        """Read one payment of a batch; what it does not state moves nothing."""
        parts = self._parts(detail)
        if "Amt" not in parts:
            within = self._parts(parts.get("AmtDtls"))
            parts |= self._parts(within.get("TxAmt"))
        amount = parts.get("Amt")
        line = line_of(detail)
        moved = 0
        if amount is not None and amount.get("Ccy", self.currency) == self.currency:
            moved = self._amount({"CdtDbtInd": entry["CdtDbtInd"]} | parts, line)
        name, said = self._told(detail, moved)
        reference = f"{_text(entry.get('AcctSvcrRef'))} {said}".strip()
        return whole._replace(
            line=line, amount_minor=moved, counterparty=name, reference=reference
        )

    def _transaction(self, entry: etree._Element, parts: _Parts) -> Transaction:
        line = line_of(entry)
        value_on = self._date(parts.get("ValDt"))
        booked_on = self._date(parts.get("BookgDt")) or value_on
        if booked_on is None:
            raise StatementDateUnreadable(line=line)
        amount = self._amount(parts, line)
        name, said = self._told(parts.get("NtryDtls"), amount)
        more = [_text(parts.get("AddtlNtryInf")), _text(parts.get("AcctSvcrRef")), said]
        return Transaction(
            line,
            booked_on,
            value_on or booked_on,
            amount,
            self.currency,
            name,
            " ".join(filter(None, more)),
        )

    def _amount(self, parts: _Parts, line: int) -> int:
        amount = parts.get("Amt")
        if amount is None:
            raise StatementAmountUnreadable(line=line)
        if amount.get("Ccy", self.currency) != self.currency:
            raise StatementCurrenciesMixed(line=line_of(amount))
        minor = read_minor(amount.text or "", self.exponent)
        if minor is None or minor < 0:
            raise StatementAmountUnreadable(line=line_of(amount))
        side = _text(parts.get("CdtDbtInd"))
        if side not in {"CRDT", "DBIT"}:
            raise StatementMalformed(line=line)
        return minor if side == "CRDT" else -minor

    def _date(self, element: etree._Element | None) -> date | None:
        if element is None:
            return None
        text = _text(element[0])[:_DATE_CHARACTERS] if len(element) else ""
        if text not in self.dates:
            self.dates[text] = read_date(text)
        found = self.dates[text]
        if found is None:
            raise StatementDateUnreadable(line=line_of(element))
        return found

    def _told(self, details: etree._Element | None, amount: int) -> tuple[str, str]:
        """Return the other side's name and what it wrote, of the first details."""
        if details is None:
            return "", ""
        details_tag, debtor, creditor, named, remitted, reference = self.tags
        other = debtor if amount >= 0 else creditor
        told: dict[str, str] = {}
        said, side = "", ""
        for found in details.iter(*self.tags):
            tag = found.tag
            if tag in (debtor, creditor):
                side = tag
            elif tag == details_tag:
                if tag in told:
                    break
                told[tag] = ""
            elif tag == remitted:
                said = f"{said} {_text(found)}"
            elif tag != named or side == other:
                told.setdefault(tag, _text(found))
        return told.get(named, ""), f"{said} {told.get(reference, '')}".strip()

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
    return cast("int | None", element.sourceline) or 1


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _in_order(transactions: list[Transaction]) -> list[Transaction]:
    """Put a report that runs backwards into the order of time."""
    days = [item.booked_on for item in transactions]
    if len(days) > 1 and days[0] > days[-1] and days == sorted(days, reverse=True):
        transactions.reverse()
    return transactions
