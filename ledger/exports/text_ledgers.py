"""The whole book as plain-text accounting: a beancount file and an hledger journal.

Both programs then keep the same balances by their own arithmetic, which the tests ask
them for. Debits are positive, as in our postings.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from sqlalchemy import text

from ledger.clock import business_date
from ledger.database import UnitOfWork
from ledger.exports.statement import StatementTooLong, decimal_text
from ledger.ids import show_id

MAX_POSTINGS: Final = 1_000_000
MAX_LETTERS: Final = 24  # of a commodity's name in beancount
_BOOK = text("""
SELECT e.id, e.kind, e.memo, e.effective_on, e.booked_at,
       a.book, a.path, a.asset, a.normal_side, a.opened_at, s.exponent, p.units
  FROM posting p
  JOIN entry e ON e.id = p.entry
  JOIN account a ON a.id = p.account
  JOIN asset s ON s.code = a.asset
 ORDER BY e.effective_on, e.booked_at, e.id, p.leg
 LIMIT :most
""")


@dataclass(frozen=True)
class Line:
    """One leg with everything a text journal says of it."""

    entry: str
    kind: str
    memo: str
    on: date
    book: str
    path: str
    asset: str
    normal_side: str
    opened_on: date
    exponent: int
    units: int


async def read_book(uow: UnitOfWork) -> list[Line]:
    """Read every leg of the journal in the order of the entries' effective dates.

    Raises:
        StatementTooLong: The book has more than a million postings.
    """
    found = await uow.session.execute(_BOOK, {"most": MAX_POSTINGS + 1})
    rows = found.all()
    if len(rows) > MAX_POSTINGS:
        raise StatementTooLong(most=MAX_POSTINGS)
    return [
        Line(
            show_id("entry", row.id),
            row.kind,
            row.memo,
            row.effective_on,
            row.book,
            row.path,
            row.asset,
            row.normal_side,
            business_date(row.opened_at),
            row.exponent,
            row.units,
        )
        for row in rows
    ]


def write_beancount(lines: Iterable[Line]) -> Iterator[str]:
    """Write a beancount file; accounts open on the first day they are used."""
    kept = list(lines)
    yield 'option "title" "Tonle"\n'
    for name, (on, asset) in sorted(_openings(kept).items()):
        yield f"{on} open {name} {asset}\n"
    for entry, legs in groupby(kept, key=lambda line: line.entry):
        first, *rest = legs
        yield f'\n{first.on} * "{_one_line(first.kind)}" "{_one_line(first.memo)}"\n'
        yield f'  entry: "{entry}"\n'
        for leg in (first, *rest):
            amount = decimal_text(leg.units, leg.exponent)
            yield f"  {beancount_account(leg)}  {amount} {beancount_asset(leg.asset)}\n"


def write_hledger(lines: Iterable[Line]) -> Iterator[str]:
    """Write an hledger journal."""
    yield "; Tonle\n"
    for entry, legs in groupby(lines, key=lambda line: line.entry):
        first, *rest = legs
        words = f"{_one_line(first.kind)} | {_one_line(first.memo)}".replace(";", ",")
        yield f"\n{first.on} * ({entry}) {words}\n"
        for leg in (first, *rest):
            amount = decimal_text(leg.units, leg.exponent)
            yield f'    {hledger_account(leg)}  {amount} "{leg.asset}"\n'


def _openings(lines: Iterable[Line]) -> dict[str, tuple[date, str]]:
    openings: dict[str, tuple[date, str]] = {}
    for line in lines:
        name = beancount_account(line)
        on = min(line.on, openings.get(name, (line.on, ""))[0])
        openings[name] = on, beancount_asset(line.asset)
    return openings


def beancount_account(line: Line) -> str:
    """Name an account as beancount wants it: five roots, capital first letters.

    The asset is part of the name, since one of our accounts holds one asset.
    """
    root = "Assets" if line.normal_side == "debit" else "Liabilities"
    parts = [line.book, *line.path.split("/"), line.asset]
    return ":".join([root, *map(_beancount_part, parts)])


def _beancount_part(part: str) -> str:
    letters = re.sub(r"[^A-Za-z0-9-]", "-", part)
    if not letters[:1].isalnum():
        letters = f"X{letters}"
    return letters[0].upper() + letters[1:]


def beancount_asset(asset: str) -> str:
    """Name a commodity: capitals, not too many, a letter first."""
    letters = re.sub(r"[^A-Z0-9]", "-", asset.upper())
    # The end of a share class's id is what tells it apart.
    return letters if len(letters) <= MAX_LETTERS else f"S{letters[-22:]}"


def hledger_account(line: Line) -> str:
    """Name an account as hledger wants it: anything but two spaces and a semicolon."""
    root = "assets" if line.normal_side == "debit" else "liabilities"
    parts = [root, line.book, *line.path.split("/"), line.asset]
    return ":".join(re.sub(r"[\s;:()\[\]]+", "-", part) for part in parts)


def _one_line(words: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return printable.replace("\\", "/").replace('"', "'").strip()
