"""Which scorecard decides: proposed by one operator, adopted by a second, and watched."""

from datetime import datetime
from typing import Annotated

from pydantic import JsonValue, StringConstraints

from api.http.callers import Operator, Staff
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import ApprovalOut
from api.wire import BY_NAME, ApprovalRef, In, Out, PageOut, Words
from finance import lending, scorecards
from finance.scorecards import Adopted, Role

router = make_router("scorecards")

MOST_ARTEFACT = 256 * 1024
Artefact = Annotated[str, StringConstraints(min_length=2, max_length=MOST_ARTEFACT)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class ProposalIn(In):
    """A scorecard's artefact as text, the role it is to have, and why."""

    artefact: Artefact
    role: Annotated[Role, BY_NAME]
    note: Words


class AgreementIn(In):
    """The hash of the card that is agreed to, as the second person read it."""

    sha256: Sha256


class AdoptionOut(Out):
    """A card that two people put into a role; the newest of a role is in use."""

    id: str
    role: Role
    version: str
    sha256: str
    approval: str
    proposed_by: str
    approved_by: str | None
    adopted_at: datetime

    @classmethod
    def of(cls, one: Adopted) -> "AdoptionOut":
        """Show an adoption."""
        return cls(
            id=one.adoption.id,
            role=one.adoption.role,
            version=one.version,
            sha256=one.adoption.scorecard.hex(),
            approval=one.approval.id,
            proposed_by=one.approval.proposed_by,
            approved_by=one.approval.decided_by,
            adopted_at=one.adoption.adopted_at,
        )


class WatchOut(Out):
    """Drift, outcomes, challenger, overrides and fairness of the card that decides."""

    watch: dict[str, JsonValue]


@router.get("/scorecards")
async def list_scorecards(db: Db, _: Staff) -> PageOut[AdoptionOut]:
    """List which card had which role, newest first; the first of a role is in use."""
    found = await db.read(scorecards.list_adoptions)
    return PageOut[AdoptionOut].whole(found, AdoptionOut.of)


@router.post("/scorecards", status_code=201)
async def propose_scorecard(
    body: ProposalIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Ask a second operator to put a card into a role."""
    approval = await db.transact(
        scorecards.propose_adoption,
        artefact=body.artefact,
        role=body.role,
        operator_id=operator.party,
        note=body.note,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/scorecards/{approval_id}/approve", status_code=201)
async def approve_scorecard(
    approval_id: ApprovalRef, body: AgreementIn, db: Db, operator: Operator
) -> AdoptionOut:
    """Agree, as a second person, to exactly this card; it is in use from now on."""
    adopted = await db.transact(
        scorecards.approve_adoption,
        approval_id=approval_id,
        sha256=body.sha256,
        operator_id=operator.party,
    )
    return AdoptionOut.of(adopted)


@router.post("/scorecards/{approval_id}/decline")
async def decline_scorecard(
    approval_id: ApprovalRef, db: Db, operator: Operator
) -> ApprovalOut:
    """Disagree, as a second person; the card in use stays."""
    approval = await db.transact(
        scorecards.decline_adoption, approval_id=approval_id, operator_id=operator.party
    )
    return ApprovalOut.model_validate(approval)


@router.get("/scorecards/watch")
async def watch_scorecard(db: Db, _: Staff) -> WatchOut:
    """Tell how the card that decides is doing, and how the challenger would have done."""
    return WatchOut(watch=await db.read(lending.watch_in_use))
