"""Saved columns: somebody names a table's columns once, and files like it are read so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select, text

from ledger.database import UnitOfWork
from ledger.errors import Invalid
from ledger.ids import new_id
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk.statements.columns import Columns, SavedColumns, columns_at, fingerprint
from risk.statements.events import ColumnsNamed
from risk.statements.model import ColumnMap

# A party's own, and what operators named for all.
MOST_MAPS = 1_000
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('risk.column_maps'))")


class Holds(StrEnum):
    """What a column can hold; each is a place of :class:`Columns`."""

    BOOKED_ON = "booked_on"
    VALUE_ON = "value_on"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    KIND = "kind"
    SIDE = "side"
    BALANCE = "balance"
    CURRENCY = "currency"
    COUNTERPARTY = "counterparty"
    REFERENCE = "reference"
    REFERENCE_NUMBER = "reference_number"
    ACCOUNT = "account"
    FEE = "fee"
    STATUS = "status"


class ColumnMapIncomplete(Invalid):
    """The named columns do not make a statement."""

    code = "column_map_incomplete"
    message = (
        "Name one column for the date, and one for the amount or two for money in"
        " and money out; name each only once."
    )


@dataclass(frozen=True)
class NamedColumn:
    """A heading as it stands in the file, and what its column holds, if we use it."""

    heading: str
    holds: Holds | None = None


async def name_columns(
    uow: UnitOfWork, *, named: Sequence[NamedColumn], by: str, for_party: str | None
) -> ColumnMap:
    """Keep what the columns below a row of headings hold; the last version is used.

    Statements that were read before keep the version they were read by.

    Raises:
        ColumnMapIncomplete: No date or no amount is named, or something twice.
    """
    complete(named)
    headings = [one.heading for one in named]
    mark = fingerprint(headings)
    await uow.session.execute(_ALONE)
    last = await uow.session.scalar(
        select(func.max(ColumnMap.version)).where(ColumnMap.fingerprint == mark)
    )
    kept = ColumnMap(
        id=new_id("map", uow.now()),
        party=for_party,
        fingerprint=mark,
        version=(last or 0) + 1,
        headings=headings,
        columns=_places(named),
        named_by=by,
        named_at=uow.now(),
    )
    uow.add(kept)
    uow.record(ColumnsNamed(kept.id, mark, kept.version, by))
    return kept


def complete(named: Sequence[NamedColumn]) -> Columns:
    """Return the columns as they are named.

    Raises:
        ColumnMapIncomplete: No date or no amount is named, or something twice.
    """
    places = _places(named)
    once = len(places) == sum(one.holds is not None for one in named)
    columns = columns_at(places, len(named))
    if not once or columns is None:
        raise ColumnMapIncomplete
    return columns


def _places(named: Sequence[NamedColumn]) -> dict[str, int]:
    return {
        one.holds.value: place
        for place, one in enumerate(named)
        if one.holds is not None
    }


async def list_maps(
    uow: UnitOfWork,
    *,
    party_id: str | None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[ColumnMap]:
    """Return a page of maps, newest first; of a party its own and those for all."""
    query = select(ColumnMap)
    if party_id is not None:
        query = query.where(_for(party_id))
    return await fetch_page(
        uow.session, query, by=ColumnMap.id, after=after, limit=limit
    )


async def load_columns(uow: UnitOfWork, *, party_id: str) -> SavedColumns:
    """Return the columns to read a party's new file by: its own before those for all."""
    newest = (
        select(ColumnMap)
        .where(_for(party_id))
        .order_by(ColumnMap.named_at.desc(), ColumnMap.version.desc())
        .limit(MOST_MAPS)
    )
    found = list(await uow.session.scalars(newest))
    # Later ones overwrite: the newest last, and the party's own behind all others.
    found.sort(key=lambda one: (one.party is not None, one.version))
    return {one.fingerprint: _columns_of(one) for one in found}


async def load_version(
    uow: UnitOfWork, *, map_id: str | None, currency: str
) -> SavedColumns:
    """Return the columns a statement was read by, and no others.

    Its currency is that of a file that names none: somebody told it.
    """
    if map_id is None:
        return {}
    kept = await uow.session.get_one(ColumnMap, map_id)
    known, columns = _columns_of(kept)
    return {kept.fingerprint: (known, replace(columns, unit=currency))}


def _for(party_id: str) -> ColumnElement[bool]:
    return or_(ColumnMap.party == party_id, ColumnMap.party.is_(None))


def _columns_of(kept: ColumnMap) -> tuple[str, Columns]:
    columns = columns_at(kept.columns, len(kept.headings))
    if columns is None:
        raise ColumnMapIncomplete
    return kept.id, columns
