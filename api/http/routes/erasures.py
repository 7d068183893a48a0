"""Erasing a person: asked for by one operator, done by another."""

from datetime import date

from api.http.callers import Operator
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import ApprovalOut, NoteIn
from api.wire import ApprovalRef, Out, PartyRef
from finance import erasure

router = make_router("parties")


class ErasedOut(Out):
    """How many personal values are gone, how many the law keeps, and until when."""

    party_id: str
    erased: int
    kept: int
    kept_until: date | None


@router.post("/parties/{party_id}/erasures", status_code=201)
async def propose_erasure(
    party_id: PartyRef, body: NoteIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Ask a second operator to erase what is known of a party."""
    approval = await db.transact(
        erasure.propose_erasure,
        party_id=party_id,
        operator_id=operator.party,
        note=body.note,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/erasures/{approval_id}/approve")
async def approve_erasure(
    approval_id: ApprovalRef, db: Db, operator: Operator
) -> ErasedOut:
    """Agree, as a second person, and erase what its retention no longer keeps."""
    erased = await db.transact(
        erasure.approve_erasure, approval_id=approval_id, operator_id=operator.party
    )
    return ErasedOut.model_validate(erased)


@router.post("/erasures/{approval_id}/decline")
async def decline_erasure(
    approval_id: ApprovalRef, db: Db, operator: Operator
) -> ApprovalOut:
    """Disagree, as a second person; everything stays."""
    approval = await db.transact(
        erasure.decline_erasure, approval_id=approval_id, operator_id=operator.party
    )
    return ApprovalOut.model_validate(approval)
