"""An account's statement: what it had, what moved, what it has; as JSON and CSV.

Amounts are units of the account's normal side: what comes in is positive. Lines stand
in the order they were booked, each with the balance after it.
"""

import csv
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from io import StringIO
from typing import Final

from sqlalchemy import case, select

from ledger import balances
from ledger.accounts import AccountRow, AssetRow
from ledger.canonical import instant_text
from ledger.database import UnitOfWork
from ledger.errors import Invalid, NotFound
from ledger.ids import AccountId
from ledger.journal import EntryRow, PostingRow

MAX_LINES: Final = 100_000
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


class StatementTooLong(Invalid):
    """More moved in the span than one statement holds."""

    code = "statement_too_long"
    message = "The statement has more than {most} lines. Choose a shorter span."


@dataclass(frozen=True)
class StatementLine:
    """One movement of the account and the balance it left."""

    version: int
    entry: str
    kind: str
    memo: str
    effective_on: date
    booked_at: datetime
    units: int
    balance_after: int


@dataclass(frozen=True)
class AccountStatement:
    """An account from one booking moment to another; the end is not included."""

    account: str
    book: str
    path: str
    normal_side: str
    asset: str
    exponent: int
    since: datetime
    until: datetime
    opening: int
    closing: int
    lines: tuple[StatementLine, ...]


async def account_statement(
    uow: UnitOfWork, account: AccountId, *, since: datetime, until: datetime
) -> AccountStatement:
    """Return the statement of an account for what was booked in a span of time.

    Raises:
        StatementTooLong: More than 100,000 lines; ask for a shorter span.
    """
    found = await uow.session.execute(
        select(AccountRow, AssetRow.exponent)
        .join(AssetRow, AssetRow.code == AccountRow.asset)
        .where(AccountRow.id == account)
    )
    known = found.one_or_none()
    if known is None:
        raise NotFound(thing="account")
    row, exponent = known
    lines = await _lines(uow, account, since=since, until=until)
    if lines:
        opening = lines[0].balance_after - lines[0].units
        closing = lines[-1].balance_after
    else:
        opening = closing = await balances.at(uow, account, since)
    return AccountStatement(
        account=account,
        book=row.book,
        path=row.path,
        normal_side=row.normal_side,
        asset=row.asset,
        exponent=exponent,
        since=since,
        until=until,
        opening=opening,
        closing=closing,
        lines=lines,
    )


async def _lines(
    uow: UnitOfWork, account: AccountId, *, since: datetime, until: datetime
) -> tuple[StatementLine, ...]:
    sign = case((AccountRow.normal_side == "credit", -1), else_=1)
    rows = await uow.session.execute(
        select(
            PostingRow.version,
            EntryRow.id,
            EntryRow.kind,
            EntryRow.memo,
            EntryRow.effective_on,
            EntryRow.booked_at,
            PostingRow.units * sign,
            PostingRow.balance_after * sign,
        )
        .join(EntryRow, EntryRow.id == PostingRow.entry)
        .join(AccountRow, AccountRow.id == PostingRow.account)
        .where(
            PostingRow.account == account,
            PostingRow.booked_at >= since,
            PostingRow.booked_at < until,
        )
        .order_by(PostingRow.version)
        .limit(MAX_LINES + 1)
    )
    lines = tuple(StatementLine(*row) for row in rows)
    if len(lines) > MAX_LINES:
        raise StatementTooLong(most=MAX_LINES)
    return lines


def decimal_text(units: int, exponent: int) -> str:
    """Write whole units in the main unit, exactly: 1234 with two places is 12.34."""
    if not exponent:
        return str(units)
    digits = f"{abs(units):0{exponent + 1}}"
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"


def write_json(statement: AccountStatement) -> str:
    """Write a statement as one JSON object; amounts are strings of whole units."""
    shown = asdict(statement) | {
        "opening": str(statement.opening),
        "closing": str(statement.closing),
        "lines": [
            asdict(line)
            | {"units": str(line.units), "balance_after": str(line.balance_after)}
            for line in statement.lines
        ],
    }
    return json.dumps(shown, ensure_ascii=False, default=_shown)


def _shown(value: date) -> str:
    return instant_text(value) if isinstance(value, datetime) else value.isoformat()


def write_csv(statement: AccountStatement) -> str:
    """Write a statement as CSV for a spreadsheet: a row each, balances around them."""
    out = StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(["booked_at", "effective_on", "entry", "kind", "memo", "amount", "balance"])

    def amount(units: int) -> str:
        return decimal_text(units, statement.exponent)

    opening = amount(statement.opening)
    write([_shown(statement.since), "", "", "opening", "", "", opening])
    for line in statement.lines:
        write(
            [
                _shown(line.booked_at),
                _shown(line.effective_on),
                line.entry,
                _harmless(line.kind),
                _harmless(line.memo),
                amount(line.units),
                amount(line.balance_after),
            ]
        )
    closing = amount(statement.closing)
    write([_shown(statement.until), "", "", "closing", "", "", closing])
    return out.getvalue()


def _harmless(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text
