"""Name the columns of a table nobody knew yet; files like it are read so from then on."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.auth import Role
from api.http.callers import Records
from api.http.depends import Db
from api.http.router import make_router
from api.wire import BY_NAME, Cut, In, Out, PageOut
from risk import statements
from risk.statements import Holds, NamedColumn

router = make_router("statements")

MOST_COLUMNS = 100
Heading = Annotated[str, Field(max_length=200)]


class ColumnIn(In):
    """A heading as it stands in the file, and what is below it, if it matters."""

    heading: Heading
    holds: Annotated[Holds, BY_NAME] | None = None


class ColumnMapIn(In):
    """Every heading of the table, from the left."""

    columns: Annotated[list[ColumnIn], Field(min_length=1, max_length=MOST_COLUMNS)]


class ColumnMapOut(Out):
    """A map as it is kept: the place of each column, from 0; no party means for all."""

    id: str
    party: str | None
    fingerprint: str
    version: int
    headings: list[str]
    columns: dict[str, int]
    named_at: datetime


@router.post("/statement-maps", status_code=201)
async def name_columns(body: ColumnMapIn, db: Db, caller: Records) -> ColumnMapOut:
    """Name a table's columns: an operator for all, a firm for its own files."""
    kept = await db.transact(
        statements.name_columns,
        named=[NamedColumn(one.heading, one.holds) for one in body.columns],
        by=caller.party,
        for_party=None if caller.role is Role.OPERATOR else caller.party,
    )
    return ColumnMapOut.model_validate(kept)


@router.get("/statement-maps")
async def list_maps(db: Db, caller: Records, cut: Cut) -> PageOut[ColumnMapOut]:
    """List the maps, newest first; a firm sees its own and those for all."""
    page = await db.read(
        statements.list_maps,
        party_id=None if caller.role is Role.OPERATOR else caller.party,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[ColumnMapOut].of(page, ColumnMapOut.model_validate)
