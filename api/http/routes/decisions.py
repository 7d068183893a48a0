"""Decisions looked at again: replayed, asked otherwise, or set aside by two people."""

from typing import Annotated

from pydantic import Field, JsonValue

from api.http.callers import Known, Operator, Staff
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import (
    MAX_TERM_MONTHS,
    ApplicationOut,
    ApprovalOut,
    SecurityIn,
)
from api.http.routes.offers import ReasonIn
from api.wire import BY_NAME, ApplicationRef, In, MoneyIn, Out
from contracts.terms import Method
from finance import lending

router = make_router("applications")


class DifferenceOut(Out):
    """A place in a decision's record, what it says, and what was found."""

    place: str
    kept: str | None
    again: str | None


class ReplayOut(Out):
    """A decision made again from what it names: the same to the byte, or what differs."""

    application: str
    matches: bool
    kept_sha256: str
    again_sha256: str | None
    differences: list[DifferenceOut]
    overrides: int


class WhatIfIn(In):
    """Another amount, term or security for the same firm and records."""

    amount: MoneyIn
    term_months: Annotated[int, Field(ge=1, le=MAX_TERM_MONTHS)]
    method: Annotated[Method, BY_NAME] = Method.ANNUITY
    security: SecurityIn | None = None

    def to_request(self) -> lending.LoanRequest:
        """Return it as finance reads it."""
        security = self.security.to_security() if self.security else None
        return lending.LoanRequest(
            self.amount.to_money(), self.term_months, self.method, security
        )


class WhatIfOut(Out):
    """What the answer would be; nothing of it is kept."""

    decision: dict[str, JsonValue]
    quote: dict[str, JsonValue]


@router.get("/applications/{application_id}/replay")
async def replay_decision(
    application_id: ApplicationRef, db: Db, _: Staff
) -> ReplayOut:
    """Make the decision again from the kept files and say what differs."""
    found = await db.read(lending.replay_decision, application_id=application_id)
    return ReplayOut.model_validate(found)


@router.post("/applications/{application_id}/what-if")
async def ask_what_if(
    application_id: ApplicationRef, body: WhatIfIn, db: Db, caller: Known
) -> WhatIfOut:
    """Answer another amount, term or security; nothing is kept."""
    found = await db.read(lending.get_application, application_id=application_id)
    caller.require_sight(found.party, "application")
    decided, quote = await db.read(
        lending.what_if, application_id=application_id, wanted=body.to_request()
    )
    return WhatIfOut(decision=decided.to_json(), quote=quote.to_json())


@router.post("/applications/{application_id}/override", status_code=201)
async def propose_override(
    application_id: ApplicationRef, body: ReasonIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Say why a refusal should be set aside; a second operator decides."""
    approval = await db.transact(
        lending.propose_override,
        application_id=application_id,
        operator_id=operator.party,
        reason=body.reason,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/applications/{application_id}/override/approve")
async def approve_override(
    application_id: ApplicationRef, db: Db, operator: Operator
) -> ApplicationOut:
    """Agree as a second person; the request then waits for its review."""
    application = await db.transact(
        lending.approve_override,
        application_id=application_id,
        operator_id=operator.party,
    )
    return ApplicationOut.model_validate(application)


@router.post("/applications/{application_id}/override/decline")
async def decline_override(
    application_id: ApplicationRef, db: Db, operator: Operator
) -> ApplicationOut:
    """Let the refusal stand."""
    application = await db.transact(
        lending.decline_override,
        application_id=application_id,
        operator_id=operator.party,
    )
    return ApplicationOut.model_validate(application)
