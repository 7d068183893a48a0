"""An account's statement as ISO 20022 camt.053.001.08, as banks send it.

Source: ISO 20022 message BankToCustomerStatementV08. A line is one booked entry; its
booking and value dates are the business date it was booked and its effective date.
"""

import hashlib
from datetime import date, datetime
from typing import Final

from lxml import etree

from ledger.canonical import instant_text
from ledger.clock import business_date
from ledger.errors import ensure
from ledger.exports.statement import AccountStatement, StatementLine, decimal_text

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
MAX_TEXT: Final = 500
_ID_LETTERS: Final = 35

_Element = etree._Element  # noqa: SLF001 - lxml names the type so


def write_camt053(statement: AccountStatement, *, created_at: datetime) -> bytes:
    """Write a statement of money; units of shares have no place in this format."""
    ensure(len(statement.asset) == 3, "camt.053 is of a currency")  # noqa: PLR2004 - ISO 4217
    # Element ids hold 35 letters; the account's own without its prefix has 26.
    key = statement.account.partition("_")[2]
    number = f"{key}-{_last_day(statement):%Y%m%d}"[:_ID_LETTERS]
    document = etree.Element(
        f"{{{NAMESPACE}}}Document",
        nsmap={None: NAMESPACE},  # type: ignore[dict-item]  # the stubs know no default
    )
    message = _add(document, "BkToCstmrStmt")
    header = _add(message, "GrpHdr")
    _add(header, "MsgId", _message_id(statement, created_at))
    _add(header, "CreDtTm", instant_text(created_at))
    body = _add(message, "Stmt")
    _add(body, "Id", number)
    _add(body, "CreDtTm", instant_text(created_at))
    span = _add(body, "FrToDt")
    _add(span, "FrDtTm", instant_text(statement.since))
    _add(span, "ToDtTm", instant_text(statement.until))
    account = _add(body, "Acct")
    _add(_add(_add(account, "Id"), "Othr"), "Id", key)
    _add(account, "Ccy", statement.asset)
    _balance(body, statement, "OPBD")
    _balance(body, statement, "CLBD")
    for line in statement.lines:
        _entry(body, statement, line)
    return etree.tostring(
        document, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )


def _last_day(statement: AccountStatement) -> date:
    """Return the last business date the statement covers; its end is not included."""
    return business_date(statement.until - datetime.resolution)


def _message_id(statement: AccountStatement, created_at: datetime) -> str:
    """Name the message; each span and each time it is sent has a name of its own."""
    about = (statement.account, statement.since, statement.until, created_at)
    return hashlib.sha256(repr(about).encode()).hexdigest()[:_ID_LETTERS]


def _add(parent: _Element, name: str, text: str | None = None) -> _Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _amount(parent: _Element, statement: AccountStatement, units: int) -> None:
    """Add an amount, which has no sign, and on which side it stands."""
    amount = _add(parent, "Amt", decimal_text(abs(units), statement.exponent))
    amount.set("Ccy", statement.asset)
    _add(parent, "CdtDbtInd", "DBIT" if units < 0 else "CRDT")


def _balance(body: _Element, statement: AccountStatement, code: str) -> None:
    opens = code == "OPBD"
    balance = _add(body, "Bal")
    _add(_add(_add(balance, "Tp"), "CdOrPrtry"), "Cd", code)
    _amount(balance, statement, statement.opening if opens else statement.closing)
    on = business_date(statement.since) if opens else _last_day(statement)
    _add(_add(balance, "Dt"), "Dt", on.isoformat())


def _entry(body: _Element, statement: AccountStatement, line: StatementLine) -> None:
    entry = _add(body, "Ntry")
    _add(entry, "NtryRef", line.entry.partition("_")[2])
    _amount(entry, statement, line.units)
    _add(_add(entry, "Sts"), "Cd", "BOOK")
    booked_on = business_date(line.booked_at).isoformat()
    _add(_add(entry, "BookgDt"), "Dt", booked_on)
    _add(_add(entry, "ValDt"), "Dt", line.effective_on.isoformat())
    _add(_add(_add(entry, "BkTxCd"), "Prtry"), "Cd", line.kind[:_ID_LETTERS] or "entry")
    details = _plain_text(f"{line.kind}: {line.memo}" if line.memo else line.kind)
    if details:
        _add(entry, "AddtlNtryInf", details)


def _plain_text(text: str) -> str:
    """Keep what XML can carry, and no more than the format takes."""
    allowed = (letter if letter.isprintable() else " " for letter in text)
    return "".join(allowed)[:MAX_TEXT].strip()
