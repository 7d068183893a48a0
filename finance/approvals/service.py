"""What people can do: propose, approve, decline."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from finance.approvals import repository
from finance.approvals.errors import OwnCase
from finance.approvals.events import (
    ApprovalDeclined,
    ApprovalGiven,
    ApprovalProposed,
)
from finance.approvals.model import Approval, ApprovalStatus
from ledger.canonical import canonical
from ledger.database import UnitOfWork
from ledger.ids import new_id

VALID_FOR: Final = timedelta(days=14)


def request_hash(request: Mapping[str, object]) -> bytes:
    """Hash a request in its canonical form: the same request, the same hash."""
    return hashlib.sha256(canonical(dict(request))).digest()


def require_stranger(by: str, *, asks: str) -> None:
    """Refuse an operator who is the one that asks, whichever of the two they are."""
    if by == asks:
        raise OwnCase


async def propose(
    uow: UnitOfWork,
    *,
    kind: str,
    concerns: str,
    request: Mapping[str, object],
    by: str,
    note: str,
) -> Approval:
    """Ask for something that a second person must approve.

    A proposal of the same kind for the same thing takes the older one's place only
    once that has been decided or has expired.
    """
    await _retire_expired(uow, kind, concerns)
    approval = Approval(
        id=new_id("appr", uow.now()),
        kind=kind,
        concerns=concerns,
        request=dict(request),
        request_hash=request_hash(request),
        note=note,
        proposed_by=by,
        proposed_at=uow.now(),
        expires_at=uow.now() + VALID_FOR,
        status=ApprovalStatus.PENDING.value,
    )
    uow.add(approval)
    uow.record(
        ApprovalProposed(
            approval.id, kind, concerns, approval.request_hash.hex(), proposed_by=by
        )
    )
    return approval


async def _retire_expired(uow: UnitOfWork, kind: str, concerns: str) -> None:
    old = await repository.find_pending(uow, kind, concerns)
    if old is not None:
        old.retire(at=uow.now())
        await uow.session.flush()


async def approve(
    uow: UnitOfWork, *, approval_id: str, request: Mapping[str, object], by: str
) -> Approval:
    """Agree to exactly the request that was proposed."""
    approval = await repository.get_approval(uow, approval_id, lock=True)
    approval.require_same(request_hash(request))
    approval.decide(ApprovalStatus.APPROVED, by=by, at=uow.now())
    uow.record(
        ApprovalGiven(approval.id, approval.kind, approval.concerns, decided_by=by)
    )
    return approval


async def decline(uow: UnitOfWork, *, approval_id: str, by: str) -> Approval:
    """Disagree; nothing happens but that it is known."""
    approval = await repository.get_approval(uow, approval_id, lock=True)
    approval.decide(ApprovalStatus.DECLINED, by=by, at=uow.now())
    uow.record(
        ApprovalDeclined(approval.id, approval.kind, approval.concerns, decided_by=by)
    )
    return approval
