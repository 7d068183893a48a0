"""How statements are found and put away."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.paging import DEFAULT_PAGE, MAX_PAGE, Page, fetch_page
from risk.statements.model import (
    Statement,
    StatementLine,
    StatementRefusal,
    UnnamedTable,
)


async def find_by_hash(
    uow: UnitOfWork, *, party_id: str, sha256: bytes
) -> Statement | None:
    """Return the statement a party gave before with the same bytes, or the first."""
    return await uow.session.scalar(
        select(Statement)
        .where(Statement.party == party_id, Statement.sha256 == sha256)
        .order_by(Statement.id)
        .limit(1)
    )


async def forget_unnamed(uow: UnitOfWork, *, party_id: str, sha256: bytes) -> None:
    """Let a file go that waited for the names of its columns."""
    await uow.session.execute(
        delete(UnnamedTable).where(
            UnnamedTable.party == party_id, UnnamedTable.sha256 == sha256
        )
    )


async def add_lines(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Put a statement's lines away in one go."""
    await uow.session.flush()
    await uow.session.execute(insert(StatementLine), rows)


async def get_statement(uow: UnitOfWork, statement_id: str) -> Statement:
    """Return one statement without its bytes, or refuse."""
    found = await uow.session.get(Statement, statement_id)
    if found is None:
        raise NotFound(thing="statement")
    return found


async def list_named(uow: UnitOfWork, ids: Sequence[str]) -> list[Statement]:
    """Return those statements that are still kept, without their bytes."""
    query = select(Statement).where(Statement.id.in_(ids)).order_by(Statement.id)
    return list(await uow.session.scalars(query))


async def get_content(uow: UnitOfWork, statement_id: str) -> tuple[str, bytes]:
    """Return a statement's file name and bytes, or refuse."""
    found = await uow.session.execute(
        select(Statement.file_name, Statement.content).where(
            Statement.id == statement_id
        )
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound(thing="statement")
    return row.file_name, row.content


async def list_statements(
    uow: UnitOfWork,
    *,
    party_id: str,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Statement]:
    """Return a page of a party's statements, newest first."""
    query = select(Statement).where(Statement.party == party_id)
    return await fetch_page(
        uow.session, query, by=Statement.id, after=after, limit=limit
    )


async def list_refusals(
    uow: UnitOfWork,
    *,
    party_id: str,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[StatementRefusal]:
    """Return a page of the files of a party that were refused, newest first."""
    query = select(StatementRefusal).where(StatementRefusal.party == party_id)
    return await fetch_page(
        uow.session, query, by=StatementRefusal.id, after=after, limit=limit
    )


async def list_lines(
    uow: UnitOfWork, *, statement_id: str, after: int = 0, limit: int = DEFAULT_PAGE
) -> list[StatementLine]:
    """Return lines of a statement, oldest first, behind a position."""
    found = await uow.session.scalars(
        select(StatementLine)
        .where(StatementLine.statement == statement_id, StatementLine.position > after)
        .order_by(StatementLine.position)
        .limit(min(max(limit, 1), MAX_PAGE))
    )
    return list(found)
