"""Bank, wallet and till files: give one, and see what was understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request

from api.http.callers import Known, Sme
from api.http.depends import Db
from api.http.router import make_router
from api.wire import (
    Cut,
    Limit,
    Number,
    Out,
    PageOut,
    PartyRef,
    StatementRef,
)
from ledger.money import Currency
from ledger.paging import DEFAULT_PAGE, Page
from risk import statements
from risk.statements import Flaw, StatementFormat, Verdict

router = make_router("statements")
uploads = make_router("statements", uploads=True)

FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "description": "The file, byte for byte as the bank made it.",
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}
FileName = Annotated[str, Query(min_length=1, max_length=200)]


class FindingOut(Out):
    """A flaw of a statement and the lines it shows on."""

    flaw: Flaw
    lines: list[int]


class StatementOut(Out):
    """What was understood of a file; amounts are minor units of its currency."""

    id: str
    party: str
    sha256: str
    file_name: str
    format: StatementFormat
    currency: Currency
    opening_minor: int | None
    closing_minor: int | None
    first_on: date
    last_on: date
    line_count: int
    verdict: Verdict
    findings: list[FindingOut]
    uploaded_at: datetime

    @classmethod
    def of(cls, statement: statements.Statement) -> "StatementOut":
        """Show a statement."""
        shown = {name: getattr(statement, name) for name in cls.model_fields}
        return cls(**shown | {"sha256": statement.sha256.hex()})


class LineOut(Out):
    """One movement: money in is positive."""

    position: int
    source_line: int
    booked_on: date
    value_on: date
    amount_minor: int
    counterparty: str
    reference: str
    balance_after_minor: int | None


class RefusalOut(Out):
    """A file that was not taken, and why."""

    id: str
    file_name: str
    code: str
    source_line: int
    refused_at: datetime


@dataclass(frozen=True)
class LineSlice:
    """Which lines are asked for: those behind a position."""

    after: int
    limit: int

    def page(self, rows: Sequence[Any]) -> Page[Any]:
        """Make a page; a full one may have more behind it."""
        more = str(rows[-1].position) if len(rows) == self.limit else None
        return Page(list(rows), more)


def _lines(after: Number = 0, limit: Limit = DEFAULT_PAGE) -> LineSlice:
    return LineSlice(after, limit)


Lines = Annotated[LineSlice, Depends(_lines)]


async def _content(request: Request) -> bytes:
    return await request.body()


Content = Annotated[bytes, Depends(_content)]


@uploads.post("/statements", status_code=201, openapi_extra=FILE)
async def upload_statement(
    file_name: FileName, content: Content, db: Db, sme: Sme
) -> StatementOut:
    """Give a statement file; the same bytes again give the same statement."""
    statement = await statements.receive_statement(
        db, party_id=sme.party, file_name=file_name, content=content
    )
    return StatementOut.of(statement)


@router.get("/statements")
async def list_statements(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[StatementOut]:
    """List one's statements; staff name the party."""
    page = await db.read(
        statements.list_statements,
        party_id=caller.about(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[StatementOut].of(page, StatementOut.of)


@router.get("/statements/{statement_id}")
async def get_statement(
    statement_id: StatementRef, db: Db, caller: Known
) -> StatementOut:
    """Show what was understood of a file."""
    found = await db.read(statements.get_statement, statement_id=statement_id)
    caller.require_sight(found.party, "statement")
    return StatementOut.of(found)


@router.get("/statements/{statement_id}/lines")
async def list_lines(
    statement_id: StatementRef, db: Db, caller: Known, lines: Lines
) -> PageOut[LineOut]:
    """List the movements of a statement, oldest first, behind a position."""
    found = await db.read(statements.get_statement, statement_id=statement_id)
    caller.require_sight(found.party, "statement")
    rows = await db.read(
        statements.list_lines,
        statement_id=found.id,
        after=lines.after,
        limit=lines.limit,
    )
    return PageOut[LineOut].of(lines.page(rows), LineOut.model_validate)


@router.get("/statement-refusals")
async def list_refusals(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[RefusalOut]:
    """List the files that were not taken; staff name the party."""
    page = await db.read(
        statements.list_refusals,
        party_id=caller.about(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[RefusalOut].of(page, RefusalOut.model_validate)
