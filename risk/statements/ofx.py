"""Read OFX 1 (SGML), OFX 2 (XML) and QFX, tolerantly: closing tags may be missing."""

import html
import re
from dataclasses import dataclass, field

from risk.statements.amounts import DecimalMark, currency_exponent, read_minor
from risk.statements.dates import read_date
from risk.statements.encoding import decode, line_at
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
    StatementWithoutLines,
)
from risk.statements.parsed import (
    MAX_LINES,
    LeftOut,
    ParsedStatement,
    StatedBalance,
    StatementFormat,
    Transaction,
)

_TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9._]*)\s*/?>(?P<value>[^<]*)"
)
_ROOT = re.compile(r"<OFX>", re.IGNORECASE)
_ACCOUNTS = ("STMTRS", "CCSTMTRS")
_PENDING = "STMTTRNP"
# What stands inside these says nothing about the account or the line around them.
_PASSED_OVER = ("AVAILBAL", "ORIGCURRENCY", "BANKACCTTO", "CCACCTTO", _PENDING)
_ONLY_IN_A_LINE = ("TRNAMT", "DTPOSTED", "FITID")


def detect(content: bytes) -> bool:
    """Say whether the bytes have an OFX header or root."""
    head = content[:4096].replace(b"\0", b"").upper()
    return b"<OFX>" in head or b"OFXHEADER" in head or b"<?OFX" in head


def read(content: bytes) -> list[ParsedStatement]:
    """Return one statement per account of the file."""
    text = decode(content)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise StatementUnsafe
    text = _without_quotes(text)
    root = _ROOT.search(text)
    if root is None:
        raise StatementCut(line=line_at(text, len(text)))
    if not text.rstrip().upper().endswith("</OFX>"):
        raise StatementCut(line=line_at(text, len(text.rstrip())))
    reader = _Reader(text[root.start() :], line_at(text, root.start()))
    reader.run()
    if not reader.accounts:
        raise StatementWithoutLines
    return [account.finish() for account in reader.accounts]


def _without_quotes(text: str) -> str:
    """Write quoted sections (CDATA) as plain escaped text, in one pass."""
    pieces, after = [], 0
    while (start := text.find("<![CDATA[", after)) >= 0:
        end = text.find("]]>", start)
        if end < 0:
            raise StatementCut(line=line_at(text, start))
        pieces += [text[after:start], html.escape(text[start + 9 : end], quote=False)]
        after = end + 3
    return "".join([*pieces, text[after:]])


@dataclass
class _Movement:
    line: int
    fields: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass
class _Account:
    line: int
    fields: dict[str, tuple[str, int]] = field(default_factory=dict)
    movements: list[_Movement] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def finish(self) -> ParsedStatement:
        """Make the value others use, oldest first."""
        currency = self._currency()
        transactions = [_transaction(item, currency) for item in self.movements]
        if _runs_backwards(transactions):
            transactions.reverse()
        closing = self._closing(currency, len(transactions))
        return ParsedStatement(
            StatementFormat.OFX,
            self.fields.get("ACCTID", ("", 0))[0],
            currency,
            tuple(transactions),
            (closing,) if closing else (),
            tuple(self.left_out),
            self.line,
        )

    def _currency(self) -> str:
        named, line = self.fields.get("CURDEF", ("", self.line))
        own = {
            item.fields["CURSYM"][0].upper(): item.fields["CURSYM"][1]
            for item in self.movements
            if "CURSYM" in item.fields
        }
        if named:
            own.pop(named.upper(), None)
            if own:
                raise StatementCurrenciesMixed(line=next(iter(own.values())))
        elif len(own) == 1:
            named, line = next(iter(own.items()))
        if currency_exponent(named.upper()) is None:
            raise StatementCurrencyUnknown(line=line or self.line)
        return named.upper()

    def _closing(self, currency: str, count: int) -> StatedBalance | None:
        text, line = self.fields.get("BALAMT", ("", 0))
        if not text:
            return None
        return StatedBalance(count, _minor(text, currency, line), line)


class _Reader:
    """Walks the tags once and keeps the few that matter."""

    def __init__(self, text: str, line: int) -> None:
        self.text = text
        self.accounts: list[_Account] = []
        self.account: _Account | None = None
        self.movement: _Movement | None = None
        self.inside = ""
        self.line = line
        self.at = 0

    def run(self) -> None:
        """Read from the root to the end."""
        for token in _TOKEN.finditer(self.text):
            self.line += self.text.count("\n", self.at, token.start())
            self.at = token.start()
            name = token["tag"].upper()
            if token["end"]:
                self._close(name)
            else:
                self._open(name, " ".join(html.unescape(token["value"]).split()))
        if self.movement is not None:
            raise StatementMalformed(line=self.movement.line)

    def _open(self, name: str, value: str) -> None:
        if name in {"INVSTMTRS", "INVTRANLIST"}:
            # Trades in securities are no movements of cash on an account.
            raise StatementOtherFormat
        if name in _ACCOUNTS:
            self.account = _Account(self.line)
            self.accounts.append(self.account)
        elif name == "STMTTRN":
            self._start_movement()
        elif name in _PASSED_OVER:
            self._pass_over(name)
        elif value:
            self._keep(name, value)

    def _pass_over(self, name: str) -> None:
        self.inside = name
        if name == _PENDING and self.account:
            self.account.left_out.append(LeftOut(self.line, "not booked"))

    def _start_movement(self) -> None:
        if self.account is None:
            raise StatementMalformed(line=self.line)
        self._require_amount()
        self.movement = _Movement(self.line)
        self.account.movements.append(self.movement)
        if len(self.account.movements) > MAX_LINES:
            raise StatementTooManyLines(line=self.line)

    def _require_amount(self) -> None:
        if self.movement and "TRNAMT" not in self.movement.fields:
            raise StatementAmountUnreadable(line=self.movement.line)

    def _keep(self, name: str, value: str) -> None:
        target = self.movement or self.account
        if self.inside or target is None:
            return
        if name in _ONLY_IN_A_LINE and (
            target is self.account or name in target.fields
        ):
            # Outside a line, or twice in one: the start of a line is missing.
            raise StatementMalformed(line=self.line)
        target.fields.setdefault(name, (value, self.line))

    def _close(self, name: str) -> None:
        if name == "STMTTRN":
            self._require_amount()
            self.movement = None
        elif name == self.inside:
            self.inside = ""
        elif name in {"BANKTRANLIST", *_ACCOUNTS}:
            self._require_amount()
            self.movement = None
            if name in _ACCOUNTS:
                self.account = None


def _transaction(movement: _Movement, currency: str) -> Transaction:
    fields = movement.fields
    amount, line = fields.get("TRNAMT", ("", movement.line))
    posted, posted_line = fields.get("DTPOSTED", ("", movement.line))
    booked_on = read_date(posted)
    if booked_on is None:
        raise StatementDateUnreadable(line=posted_line)
    value_on = read_date(fields.get("DTAVAIL", ("", 0))[0]) or booked_on
    name = fields.get("NAME", fields.get("PAYEE", ("", 0)))[0]
    parts = [fields[key][0] for key in ("MEMO", "CHECKNUM", "REFNUM") if key in fields]
    return Transaction(
        movement.line,
        booked_on,
        value_on,
        _minor(amount, currency, line),
        currency,
        name,
        " ".join(parts),
    )


def _minor(text: str, currency: str, line: int) -> int:
    comma = "," in text and "." not in text
    mark = DecimalMark.COMMA if comma else DecimalMark.POINT
    minor = read_minor(text, currency_exponent(currency) or 0, mark)
    if minor is None:
        raise StatementAmountUnreadable(line=line)
    return minor


def _runs_backwards(transactions: list[Transaction]) -> bool:
    days = [item.booked_on for item in transactions]
    return len(days) > 1 and days[0] > days[-1] and days == sorted(days, reverse=True)
