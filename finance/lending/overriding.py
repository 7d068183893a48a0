"""Set a refusal aside: one operator says why, a second agrees; the refusal stays on record.

What follows from the law, from lenders' limits or from an instalment that cannot be paid
is nobody's to set aside. After an override two people still review the application.
"""

from collections.abc import Mapping
from typing import Any, Final

from finance import approvals
from finance.approvals import Approval
from finance.lending import repository
from finance.lending.errors import OverrideForbidden, OverrideMissing
from finance.lending.events import DecisionOverridden
from finance.lending.model import Application, ApplicationStatus
from ledger.canonical import instant_text
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from risk import decision

KIND: Final = "override"


async def propose_override(
    uow: UnitOfWork, *, application_id: str, operator_id: PartyId, reason: str
) -> Approval:
    """Say why a refused application should be looked at by people all the same.

    Raises:
        ApplicationNotWaiting: It was not refused.
        OverrideForbidden: One of its reasons is nobody's to set aside.
    """
    application = await _refused(uow, application_id, operator_id)
    return await approvals.propose(
        uow,
        kind=KIND,
        concerns=application.id,
        request=_request(application),
        by=operator_id,
        note=reason,
    )


async def approve_override(
    uow: UnitOfWork, *, application_id: str, operator_id: PartyId
) -> Application:
    """Agree as a second person; the application then waits for its review.

    Raises:
        OverrideMissing: Nobody has proposed it, or not within the time for it.
        SamePerson: Who proposed may not decide.
    """
    application = await _refused(uow, application_id, operator_id)
    waiting = await _waiting(uow, application)
    given = await approvals.approve(
        uow, approval_id=waiting.id, request=_request(application), by=operator_id
    )
    application.overrides = [*application.overrides, _record(given, operator_id, uow)]
    application.move(ApplicationStatus.ASSESSED, after=ApplicationStatus.REFUSED)
    uow.record(
        DecisionOverridden(
            application.id,
            given.id,
            approvals.request_hash(application.decision).hex(),
            tuple(_codes(application)),
            proposed_by=given.proposed_by,
            approved_by=operator_id,
        )
    )
    return application


async def decline_override(
    uow: UnitOfWork, *, application_id: str, operator_id: PartyId
) -> Application:
    """Let the refusal stand."""
    application = await _refused(uow, application_id, operator_id)
    waiting = await _waiting(uow, application)
    await approvals.decline(uow, approval_id=waiting.id, by=operator_id)
    return application


def hard_reason(application: Application) -> str | None:
    """Return the first reason of a refusal that nobody may set aside."""
    return next((code for code in _codes(application) if decision.is_hard(code)), None)


async def _refused(
    uow: UnitOfWork, application_id: str, operator_id: PartyId
) -> Application:
    application = await repository.get_application(uow, application_id, lock=True)
    approvals.require_stranger(operator_id, asks=application.party)
    application.require(ApplicationStatus.REFUSED)
    hard = hard_reason(application)
    if hard is not None:
        raise OverrideForbidden(reason=hard)
    return application


async def _waiting(uow: UnitOfWork, application: Application) -> Approval:
    found = await approvals.find_pending(uow, KIND, application.id)
    if found is None:
        raise OverrideMissing
    return found


def _codes(application: Application) -> list[str]:
    return [reason["code"] for reason in application.decision["reasons"]]


def _record(given: Approval, second: PartyId, uow: UnitOfWork) -> dict[str, Any]:
    return {
        "from": "refuse",
        "to": "accept",
        "reason": given.note,
        "approval": given.id,
        "proposed_by": given.proposed_by,
        "approved_by": second,
        "at": instant_text(uow.now()),
    }


def _request(application: Application) -> Mapping[str, object]:
    """Return what two people agree on: to set exactly this decision aside."""
    return {
        "kind": KIND,
        "application": application.id,
        "decision": application.decision,
    }
