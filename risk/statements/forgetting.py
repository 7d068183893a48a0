"""Forget what a party's files said, once nothing asks for them to be kept.

That a statement was received, with its SHA-256, stays in the log; the file, its lines and
its name go, and so does a decision's power to be replayed from them.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from ledger.database import UnitOfWork
from risk.statements.model import Statement, StatementLine, StatementRefusal


async def list_kept(uow: UnitOfWork, party_id: str) -> dict[str, datetime]:
    """Return which files of a party are kept, and since when."""
    rows = await uow.session.execute(
        select(Statement.id, Statement.uploaded_at).where(Statement.party == party_id)
    )
    return {row[0]: row[1] for row in rows}


async def forget(uow: UnitOfWork, ids: Collection[str]) -> None:
    """Delete files with their lines."""
    lines = delete(StatementLine).where(StatementLine.statement.in_(ids))
    await uow.session.execute(lines)
    await uow.session.execute(delete(Statement).where(Statement.id.in_(ids)))


async def list_turned_away(uow: UnitOfWork, party_id: str) -> dict[str, datetime]:
    """Return which refusals of a party's files are kept, and since when."""
    rows = await uow.session.execute(
        select(StatementRefusal.id, StatementRefusal.refused_at).where(
            StatementRefusal.party == party_id
        )
    )
    return {row[0]: row[1] for row in rows}


async def forget_turned_away(uow: UnitOfWork, ids: Collection[str]) -> None:
    """Delete refusals, with what the files were called."""
    refusals = delete(StatementRefusal).where(StatementRefusal.id.in_(ids))
    await uow.session.execute(refusals)
