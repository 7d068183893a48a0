"""Read MT940 and MT942, the SWIFT statements, with the ``mt-940`` library.

The library reads fields; this module counts the source's own lines beside it, so that
a line the library passes over is a refusal and not a loss.
"""

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import mt940

from risk.statements import mt940_tags
from risk.statements.amounts import currency_exponent
from risk.statements.encoding import decode, line_at
from risk.statements.errors import (
    StatementAmountUnreadable,
    StatementCurrenciesMixed,
    StatementCurrencyUnknown,
    StatementCut,
    StatementMalformed,
    StatementTooManyLines,
)
from risk.statements.findings import Finding, Flaw
from risk.statements.parsed import (
    MAX_LINES,
    ParsedStatement,
    StatedBalance,
    StatementFormat,
    Transaction,
)

# The library writes lines it cannot read to its log; they are private.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)

_TAG = re.compile(r"^:\n?(20|25[A-Z]?|28[A-Z]?|34F|6[0-5][FM]?|86|NS):", re.MULTILINE)
_BLOCK = re.compile(r"^:20:", re.MULTILINE)
_OUTSIDE = re.compile(r"^:\n?6[0-2][FM]?:", re.MULTILINE)
_OPENING = ("60", "60F", "60M")
_CLOSING = ("62", "62F", "62M")
_MARKS = ("C", "D", "RC", "RD")
_TAKING = ("D", "RC")
_AMOUNT_DIGITS = 18
_OPTIONS = mt940.Options.all()
_PATTERNS = [tag().re for tag in mt940_tags.LINES]
_ENVELOPE = re.compile(r"^(?:-\}.*|\{[1-5]:.*|-XXX|[\x01-\x03]+)$", re.MULTILINE)


def detect(content: bytes) -> bool:
    """Say whether the bytes carry SWIFT tags at the start of lines."""
    head = content[:4096].replace(b"\0", b"").replace(b"\r", b"\n")
    return (
        re.search(rb"^:(?:20|25|28C?|60[FM]?|61|62[FM]?|6[45]|NS):", head, re.MULTILINE)
        is not None
    )


def read(content: bytes) -> list[ParsedStatement]:
    """Return one statement per account, its blocks joined in the order of the file."""
    text = decode(content)
    starts = [found.start() for found in _BLOCK.finditer(text)]
    head = _OUTSIDE.search(text, 0, starts[0] if starts else len(text))
    if head or not starts:
        raise StatementCut(line=line_at(text, head.start() if head else 0))
    accounts: dict[tuple[str, str], _Account] = {}
    line, after = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line += text.count("\n", after, start)
        after = start
        block = _read_block(text[start:end], line)
        accounts.setdefault((block.account, block.currency), block).take(block)
    return [account.finish() for account in accounts.values()]


@dataclass
class _Account:
    account: str
    currency: str
    line: int
    transactions: list[Transaction] = field(default_factory=list)
    balances: list[StatedBalance] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, block: "_Account") -> None:
        """Add a later block of the same account behind what is here."""
        if block is self:
            return
        moved = len(self.transactions)
        self.transactions += block.transactions
        self.balances += [
            StatedBalance(moved + item.position, item.amount_minor, item.line)
            for item in block.balances
        ]
        self.findings += block.findings
        if len(self.transactions) > MAX_LINES:
            raise StatementTooManyLines(line=block.line)

    def finish(self) -> ParsedStatement:
        """Make the value others use."""
        return ParsedStatement(
            StatementFormat.MT940,
            self.account,
            self.currency,
            tuple(self.transactions),
            tuple(self.balances),
            line=self.line,
            findings=tuple(self.findings),
        )


def _read_block(text: str, line: int) -> _Account:
    tags = list(_tags(text, line))
    movements = [at for name, at in tags if name == "61"]
    if len(movements) > MAX_LINES:
        raise StatementTooManyLines(line=movements[MAX_LINES])
    _require_whole(tags, line)
    parsed = _parse(text, movements or [line])
    if len(parsed) != len(movements):
        raise StatementMalformed(line=movements[-1] if movements else line)
    currency = _currency(parsed, line)
    block = _Account(_account_name(parsed), currency, line)
    block.transactions = [
        _transaction(item.data, currency, at)
        for item, at in zip(parsed, movements, strict=True)
    ]
    block.balances = list(_balances(parsed, tags, currency))
    _hold_totals(parsed, block, movements)
    return block


def _hold_totals(parsed: Any, block: _Account, movements: list[int]) -> None:
    """Hold the lines against the counts and sums an interim report ends with."""
    came = [item.amount_minor for item in block.transactions if item.amount_minor >= 0]
    went = [item.amount_minor for item in block.transactions if item.amount_minor < 0]
    last = movements[-1] if movements else block.line
    for slug, seen in (("sum_credit_entries", came), ("sum_debit_entries", went)):
        total = parsed.data.get(slug)
        if total is None:
            continue
        if int(total.number or len(seen)) != len(seen):
            raise StatementMalformed(line=last)
        if _minor(abs(total.amount), block.currency, last) != abs(sum(seen)):
            block.findings.append(Finding(Flaw.TOTAL_UNLIKE_LINES, (last,)))


def _tags(text: str, line: int) -> Iterable[tuple[str, int]]:
    """Name each tag of a block and the source line it stands on."""
    after = 0
    for found in _TAG.finditer(text):
        line += text.count("\n", after, found.start())
        after = found.start()
        yield found[1], line


def _require_whole(tags: list[tuple[str, int]], line: int) -> None:
    """Refuse a block whose end is missing, or with lines outside its balances."""
    names = [name for name, _ in tags]
    opened = [at for name, at in tags if name in _OPENING]
    closed = [at for name, at in tags if name in _CLOSING]
    last = tags[-1][1] if tags else line
    if len(opened) != len(closed):
        raise StatementCut(line=last)
    if len(opened) > 1:
        raise StatementMalformed(line=opened[1])
    if not opened and "34F" not in names:
        # Without balances it is an MT942 interim report, which states its floor.
        raise StatementCut(line=last)
    for name, at in tags:
        if name == "61" and opened and not opened[0] < at < closed[0]:
            raise StatementMalformed(line=at)


def _parse(text: str, movements: Sequence[int]) -> Any:
    """Let the library read a block, with the tag set that fits the bank."""
    bare = _ENVELOPE.sub("", text)
    for make in mt940_tags.LINES:
        line = make()
        tags = {line.id: line, mt940_tags.DETAILS.id: mt940_tags.DETAILS}
        try:
            return mt940.parse(bare, tags=tags, options=_OPTIONS)
        except (RuntimeError, ValueError, ArithmeticError, TypeError, KeyError):
            continue
    raise StatementMalformed(line=_first_bad(bare, movements))


def _first_bad(block: str, movements: Sequence[int]) -> int:
    """Find which movement no tag set can read, to name its line."""
    pieces = re.split(r"^:\n?61:", block, flags=re.MULTILINE)[1:]
    for piece, line in zip(pieces, movements, strict=False):
        value = piece.partition("\n:")[0].rstrip()
        if not any(pattern.match(value) for pattern in _PATTERNS):
            return line
    return movements[0]


def _currency(parsed: Any, line: int) -> str:
    currency = (parsed.currency or "").upper()
    if currency_exponent(currency) is None:
        raise StatementCurrencyUnknown(line=line)
    return currency


def _account_name(parsed: Any) -> str:
    return str(parsed.data.get("account_identification") or "").strip()


def _transaction(data: dict[str, Any], currency: str, line: int) -> Transaction:
    value_on = data.get("date")
    mark = str(data.get("status")).upper()
    if value_on is None or mark not in _MARKS or not data.get("id"):
        # Without its type code a line's amount may have ended too early.
        raise StatementMalformed(line=line)
    return Transaction(
        line,
        data.get("entry_date") or value_on,
        value_on,
        _moved(data["amount"], mark, currency, line),
        currency,
        _words(data.get("applicant_name")),
        _words(
            data.get("posting_text"),
            data.get("purpose") or data.get("transaction_details"),
            data.get("customer_reference"),
            data.get("extra_details"),
        ),
    )


def _words(*parts: str | None) -> str:
    return " ".join(" ".join(filter(None, parts)).split())


def _balances(
    parsed: Any, tags: list[tuple[str, int]], currency: str
) -> Iterable[StatedBalance]:
    for names, position in ((_OPENING, 0), (_CLOSING, len(parsed))):
        for name, line in tags:
            if name in names:
                balance = parsed.data.get(_SLUGS[name])
                if balance is None or balance.amount is None:
                    raise StatementMalformed(line=line)
                if balance.amount.currency != currency:
                    raise StatementCurrenciesMixed(line=line)
                minor = _minor(balance.amount.amount, currency, line)
                yield StatedBalance(position, minor, line)


_SLUGS = {
    "60": "opening_balance",
    "60F": "final_opening_balance",
    "60M": "intermediate_opening_balance",
    "62": "closing_balance",
    "62F": "final_closing_balance",
    "62M": "intermediate_closing_balance",
}


def _moved(amount: str, mark: str, currency: str, line: int) -> int:
    """Return what a line moves; a debit and the reversal of a credit take away."""
    whole, _, decimals = amount.partition(",")
    exponent = currency_exponent(currency) or 0
    if len(decimals) <= exponent and amount.isascii():
        minor = int(whole + decimals.ljust(exponent, "0"))
    else:
        minor = _minor(Decimal(amount.replace(",", ".")), currency, line)
    return -minor if mark in _TAKING else minor


def _minor(amount: Decimal, currency: str, line: int) -> int:
    scaled = amount.scaleb(currency_exponent(currency) or 0)
    if (
        not scaled.is_finite()
        or scaled != int(scaled)
        or len(scaled.as_tuple().digits) > _AMOUNT_DIGITS
    ):
        raise StatementAmountUnreadable(line=line)
    return int(scaled)
