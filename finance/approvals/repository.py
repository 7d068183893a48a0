"""How approvals find proposals."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from finance.approvals.model import Approval, ApprovalStatus
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


async def get_approval(
    uow: UnitOfWork, approval_id: str, *, kind: str | None = None, lock: bool = False
) -> Approval:
    """Return a proposal, of one kind if that is said, locked when it is to be decided."""
    row = await uow.session.get(Approval, approval_id, with_for_update=lock)
    if row is None or (kind is not None and row.kind != kind):
        raise NotFound(thing="approval")
    return row


async def find_pending(
    uow: UnitOfWork, kind: str, concerns: str, *, lock: bool = True
) -> Approval | None:
    """Return the proposal of a kind that waits for a thing, locked when it may change."""
    query = select(Approval).where(
        Approval.kind == kind,
        Approval.concerns == concerns,
        Approval.status == ApprovalStatus.PENDING.value,
    )
    return await uow.session.scalar(query.with_for_update() if lock else query)


async def find_pending_about(
    uow: UnitOfWork, things: Collection[str]
) -> dict[str, Approval]:
    """Return the proposal that waits about each of some things, by the thing."""
    query = select(Approval).where(
        Approval.concerns.in_(things), Approval.status == ApprovalStatus.PENDING.value
    )
    return {row.concerns: row for row in await uow.session.scalars(query)}


async def list_pending(
    uow: UnitOfWork, *, after: str | None = None, limit: int = DEFAULT_PAGE
) -> Page[Approval]:
    """Return what waits for a second person, newest first."""
    query = select(Approval).where(Approval.status == ApprovalStatus.PENDING.value)
    return await fetch_page(
        uow.session, query, by=Approval.id, after=after, limit=limit
    )


async def list_waiting(
    uow: UnitOfWork, *, prefix: str, limit: int
) -> Sequence[Approval]:
    """Return what waits longest of the kinds that begin so."""
    rows = await uow.session.scalars(
        select(Approval)
        .where(
            Approval.status == ApprovalStatus.PENDING.value,
            Approval.kind.startswith(prefix, autoescape=True),
        )
        .order_by(Approval.id)
        .limit(limit)
    )
    return rows.all()
