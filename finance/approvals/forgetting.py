"""Forget what proposers wrote about somebody, once nothing asks for it to be kept."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update

from finance.approvals.model import Approval
from ledger.database import UnitOfWork


async def list_notes(
    uow: UnitOfWork, concerns: Collection[str], *, but: str
) -> dict[str, datetime]:
    """Return which proposals about some things have a note, and since when they are over.

    Those of one kind are left out.
    """
    over = func.coalesce(Approval.decided_at, Approval.expires_at)
    rows = await uow.session.execute(
        select(Approval.id, over).where(
            Approval.concerns.in_(concerns), Approval.note != "", Approval.kind != but
        )
    )
    return {row[0]: row[1] for row in rows}


async def forget_notes(uow: UnitOfWork, approval_ids: Collection[str]) -> None:
    """Empty the notes of proposals; who asked, who decided and what stays."""
    await uow.session.execute(
        update(Approval).where(Approval.id.in_(approval_ids)).values(note="")
    )
