"""The whole book as plain-text accounting: a beancount file and an hledger journal.

Both programs then keep the same balances by their own arithmetic, which the tests ask
them for. Debits are positive, as in our postings. The book is read and written entry by
entry, so a long one takes time and no room.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, TextIO

from sqlalchemy import Row, text

from ledger.database import UnitOfWork
from ledger.exports.statement import StatementTooLong, decimal_text
from ledger.ids import show_id

MAX_POSTINGS: Final = 10_000_000
ROWS_AT_A_TIME: Final = 2_000
MAX_LETTERS: Final = 24  # of a commodity's name in beancount
_ACCOUNTS = text("""
SELECT a.book, a.path, a.asset, a.normal_side, min(e.effective_on) AS used_on
  FROM posting p JOIN entry e ON e.id = p.entry JOIN account a ON a.id = p.account
 GROUP BY a.id, a.book, a.path, a.asset, a.normal_side
 ORDER BY a.book, a.path, a.asset
""")
_LEGS = text("""
SELECT e.id, e.kind, e.memo, e.effective_on, a.book, a.path, a.asset, a.normal_side,
       s.exponent, p.units
  FROM posting p
  JOIN entry e ON e.id = p.entry
  JOIN account a ON a.id = p.account
  JOIN asset s ON s.code = a.asset
 ORDER BY e.effective_on, e.booked_at, e.id, p.leg
 LIMIT :most
""")


class BookFormat(StrEnum):
    """How the whole book is written as plain-text accounting."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return "journal" if self is BookFormat.HLEDGER else self.value


@dataclass(frozen=True)
class Place:
    """An account as a text journal names it."""

    book: str
    path: str
    asset: str
    normal_side: str


@dataclass(frozen=True)
class Line:
    """One leg with everything a text journal says of it."""

    entry: str
    kind: str
    memo: str
    on: date
    place: Place
    exponent: int
    units: int


async def write_book(uow: UnitOfWork, form: BookFormat, to: TextIO) -> None:
    """Write every entry, in the order of effective dates, for one of the programs.

    Raises:
        StatementTooLong: The book has more than ten million postings.
    """
    if form is BookFormat.BEANCOUNT:
        to.write('option "title" "Tonle"\n')
        # beancount wants an account opened before it is used.
        for *place, used_on in await uow.session.execute(_ACCOUNTS):
            opened = Place(*place)
            asset = beancount_asset(opened.asset)
            to.write(f"{used_on} open {beancount_account(opened)} {asset}\n")
    else:
        to.write("; Tonle\n")
    write = _beancount if form is BookFormat.BEANCOUNT else _hledger
    async for legs in read_entries(uow):
        to.write(write(legs))


async def read_entries(uow: UnitOfWork) -> AsyncIterator[list[Line]]:
    """Read the legs of each entry, in the order of the entries' effective dates.

    Raises:
        StatementTooLong: The book has more than ten million postings.
    """
    legs: list[Line] = []
    options = {"yield_per": ROWS_AT_A_TIME}
    rows = await uow.session.stream(
        _LEGS, {"most": MAX_POSTINGS + 1}, execution_options=options
    )
    count = 0
    async for row in rows:
        count += 1
        if count > MAX_POSTINGS:
            raise StatementTooLong(most=MAX_POSTINGS)
        line = _line(row)
        if legs and legs[0].entry != line.entry:
            yield legs
            legs = []
        legs.append(line)
    if legs:
        yield legs


def _line(row: Row[Any]) -> Line:
    place = Place(row.book, row.path, row.asset, row.normal_side)
    return Line(
        show_id("entry", row.id),
        row.kind,
        row.memo,
        row.effective_on,
        place,
        row.exponent,
        row.units,
    )


def _beancount(legs: Sequence[Line]) -> str:
    first = legs[0]
    words = f'"{_one_line(first.kind)}" "{_one_line(first.memo)}"'
    written = [f'\n{first.on} * {words}\n  entry: "{first.entry}"\n']
    for leg in legs:
        amount = f"{_amount(leg)} {beancount_asset(leg.place.asset)}"
        written.append(f"  {beancount_account(leg.place)}  {amount}\n")
    return "".join(written)


def _hledger(legs: Sequence[Line]) -> str:
    first = legs[0]
    words = f"{_one_line(first.kind)} | {_one_line(first.memo)}".replace(";", ",")
    written = [f"\n{first.on} * ({first.entry}) {words}\n"]
    for leg in legs:
        amount = f'{_amount(leg)} "{leg.place.asset}"'
        written.append(f"    {hledger_account(leg.place)}  {amount}\n")
    return "".join(written)


def _amount(leg: Line) -> str:
    return decimal_text(leg.units, leg.exponent)


def beancount_account(place: Place) -> str:
    """Name an account as beancount wants it: five roots, capital first letters.

    The asset is part of the name, since one of our accounts holds one asset.
    """
    root = "Assets" if place.normal_side == "debit" else "Liabilities"
    parts = [place.book, *place.path.split("/"), place.asset]
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


def hledger_account(place: Place) -> str:
    """Name an account as hledger wants it: anything but two spaces and a semicolon."""
    root = "assets" if place.normal_side == "debit" else "liabilities"
    parts = [root, place.book, *place.path.split("/"), place.asset]
    return ":".join(re.sub(r"[\s;:()\[\]]+", "-", part) for part in parts)


def _one_line(words: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return printable.replace("\\", "/").replace('"', "'").strip()
