"""Tables whose headings nobody knew: set aside until somebody says what each column holds."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import delete, select

from ledger.database import Database, UnitOfWork
from ledger.errors import Invalid, NotFound
from ledger.ids import new_id
from ledger.money import Currency
from risk import identity
from risk.statements import maps, repository
from risk.statements.columns import fingerprint, known_heading
from risk.statements.dates import DateOrder, read_date
from risk.statements.errors import StatementCurrencyUnknown, shown_file_name
from risk.statements.findings import Finding, Flaw, Integrity
from risk.statements.maps import Holds, NamedColumn
from risk.statements.model import Statement, UnnamedTable
from risk.statements.reader import ReadStatement, first_rows, read_statements
from risk.statements.sheet import Row
from risk.statements.store import store_statements

KEPT_FOR: Final = timedelta(days=7)
MOST_OF_A_PARTY: Final = 5
MOST_SHOWN: Final = 50


class HeadingMissing(Invalid):
    """The line that is to name the columns is none of the first, or no heading."""

    code = "heading_missing"
    message = (
        "Choose the line that names the columns: one of the first, not a long text."
    )


@dataclass(frozen=True)
class Naming:
    """What somebody says of a table: which line names its columns, what each holds.

    ``currency`` is only used where the file itself names none.
    """

    line: int
    columns: Mapping[int, Holds]
    currency: Currency | None = None


@dataclass(frozen=True)
class OpenedTable:
    """A table with the rows its heading may be among."""

    table: UnnamedTable
    rows: Sequence[Row]


async def set_aside(
    uow: UnitOfWork, *, party_id: str, file_name: str, content: bytes
) -> UnnamedTable:
    """Keep a file until its columns are named; of a party's, only the newest few."""
    await identity.get_party(uow, party_id, lock=True)
    sha256 = hashlib.sha256(content).digest()
    kept = await _list(uow, party_id)
    for known in kept:
        if known.sha256 == sha256:
            return known
    for oldest in kept[MOST_OF_A_PARTY - 1 :]:
        await uow.session.delete(oldest)
    new = UnnamedTable(
        id=new_id("table", uow.now()),
        party=party_id,
        file_name=shown_file_name(file_name),
        sha256=sha256,
        content=content,
        sent_at=uow.now(),
    )
    await repository.forget_unnamed(uow, party_id=party_id, sha256=sha256)
    uow.add(new)
    return new


async def find_unnamed(
    uow: UnitOfWork, *, party_id: str, content: bytes
) -> UnnamedTable | None:
    """Return the file with these bytes, when it waits for its columns."""
    sha256 = hashlib.sha256(content).digest()
    kept = await _list(uow, party_id)
    return next((one for one in kept if one.sha256 == sha256), None)


async def list_unnamed(
    uow: UnitOfWork, *, party_id: str | None = None
) -> list[UnnamedTable]:
    """Return the files that wait, newest first; a party's, or everybody's."""
    return await _list(uow, party_id)


async def get_unnamed(
    uow: UnitOfWork, *, table_id: str, lock: bool = False
) -> UnnamedTable:
    """Return a file that waits, or refuse."""
    found = await uow.session.get(UnnamedTable, table_id, with_for_update=lock)
    if found is None or found.sent_at < uow.now() - KEPT_FOR:
        raise NotFound(thing="table")
    return found


async def open_table(db: Database, *, table_id: str) -> OpenedTable:
    """Return a file that waits with its first rows."""
    table, content = await db.read(_read, table_id=table_id)
    rows = await asyncio.to_thread(first_rows, content)
    return OpenedTable(table, rows)


def texts_below(rows: Sequence[Row], heading: Row, place: int) -> list[str]:
    """Return what stands in a column below its heading, as far as the rows go."""
    below = (row.cells for row in rows if row.line > heading.line)
    return [cells[place] for cells in below if place < len(cells) and cells[place]]


def guess_columns(rows: Sequence[Row], heading: Row) -> dict[int, Holds]:
    """Return what columns hold by their headings' words; a date also by its look."""
    guesses: dict[int, Holds] = {}
    for place, cell in enumerate(heading.cells):
        known = known_heading(cell)
        if known and Holds(known) not in guesses.values():
            guesses[place] = Holds(known)
    if Holds.BOOKED_ON not in guesses.values():
        for place in range(len(heading.cells)):
            texts = texts_below(rows, heading, place)
            if place not in guesses and texts and all(map(_is_date, texts)):
                guesses[place] = Holds.BOOKED_ON
                break
    return guesses


def _is_date(text: str) -> bool:
    return any(read_date(text, order) is not None for order in DateOrder)


async def name_table(
    uow: UnitOfWork, *, table_id: str, naming: Naming, by: str, for_party: str | None
) -> Statement:
    """Read a file by what its columns are said to hold; keep both, or neither.

    Raises:
        HeadingMissing: The line named is none that could hold headings.
        ColumnMapIncomplete: No date or no amount is named, or something twice.
        StatementRefused: The file cannot be read so.
    """
    waiting = await get_unnamed(uow, table_id=table_id)
    await identity.get_party(uow, waiting.party, lock=True)
    table = await get_unnamed(uow, table_id=table_id, lock=True)
    _, content = await _read(uow, table_id=table_id)
    named = _named(await asyncio.to_thread(first_rows, content), naming)
    read = partial(_read_named, named=named, told=naming.currency)
    accounts = await asyncio.to_thread(read, table.file_name, content)
    kept = await maps.name_columns(uow, named=named, by=by, for_party=for_party)
    return await store_statements(
        uow,
        party_id=table.party,
        file_name=table.file_name,
        content=content,
        read=[_by_map(one, kept.id) for one in accounts],
    )


async def forget_table(uow: UnitOfWork, *, table_id: str) -> None:
    """Let a file go before its time."""
    await uow.session.delete(await get_unnamed(uow, table_id=table_id, lock=True))


async def forget_old(uow: UnitOfWork) -> None:
    """Let all files go that nobody named in time."""
    end = uow.now() - KEPT_FOR
    await uow.session.execute(delete(UnnamedTable).where(UnnamedTable.sent_at < end))


async def _list(uow: UnitOfWork, party_id: str | None) -> list[UnnamedTable]:
    wanted = select(UnnamedTable).where(UnnamedTable.sent_at >= uow.now() - KEPT_FOR)
    if party_id is not None:
        wanted = wanted.where(UnnamedTable.party == party_id)
    newest = wanted.order_by(UnnamedTable.id.desc()).limit(MOST_SHOWN)
    return list(await uow.session.scalars(newest))


async def _read(uow: UnitOfWork, *, table_id: str) -> tuple[UnnamedTable, bytes]:
    table = await get_unnamed(uow, table_id=table_id)
    content = await uow.session.scalar(
        select(UnnamedTable.content).where(UnnamedTable.id == table_id)
    )
    if content is None:
        raise NotFound(thing="table")
    return table, content


def _named(rows: Sequence[Row], naming: Naming) -> list[NamedColumn]:
    row = next((one for one in rows if one.line == naming.line), None)
    if row is None or max(naming.columns, default=0) >= len(row.cells):
        raise HeadingMissing
    return [
        NamedColumn(cell, naming.columns.get(place))
        for place, cell in enumerate(row.cells)
    ]


def _read_named(
    file_name: str,
    content: bytes,
    *,
    named: Sequence[NamedColumn],
    told: Currency | None,
) -> list[ReadStatement]:
    columns = maps.complete(named)
    mark = fingerprint([one.heading for one in named])
    try:
        return read_statements(file_name, content, {mark: ("", columns)})
    except StatementCurrencyUnknown:
        if told is None:
            raise
    in_unit = replace(columns, unit=told.value)
    read = read_statements(file_name, content, {mark: ("", in_unit)})
    return [_marked_as_told(one) for one in read]


def _marked_as_told(read: ReadStatement) -> ReadStatement:
    told = Finding(Flaw.CURRENCY_TOLD, ())
    return replace(read, integrity=Integrity.of((*read.integrity.findings, told)))


def _by_map(read: ReadStatement, map_id: str) -> ReadStatement:
    return replace(read, parsed=replace(read.parsed, column_map=map_id))
