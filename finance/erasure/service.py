"""What two operators can do: erase a person, as far as the law lets them be forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.months import add_months
from finance import approvals, rulepacks
from finance.approvals import Approval
from finance.erasure.errors import ErasureTooEarly
from finance.erasure.events import PersonErased
from finance.rulepacks import RulePack
from ledger import erasing
from ledger.clock import business_date
from ledger.database import UnitOfWork
from ledger.erasing import Opening
from ledger.ids import PartyId
from risk import identity

KIND: Final = "erasure"
RETENTION: Final = "retention_personal"


@dataclass(frozen=True)
class Erased:
    """How many values are gone, how many the law keeps, and until when the last."""

    party_id: str
    erased: int
    kept: int
    kept_until: date | None


async def propose_erasure(
    uow: UnitOfWork, *, party_id: PartyId, operator_id: PartyId, note: str
) -> Approval:
    """Ask a second operator to erase what is known of a party.

    Raises:
        OwnCase: The operator asks for its own.
        ErasureTooEarly: There is nothing yet that may be erased.
    """
    approvals.require_stranger(operator_id, asks=party_id)
    await identity.get_party(uow, party_id)
    await _find_due(uow, party_id)
    return await approvals.propose(
        uow,
        kind=KIND,
        concerns=party_id,
        request=_request(party_id),
        by=operator_id,
        note=note,
    )


async def approve_erasure(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Erased:
    """Agree, as a second person, and erase what its retention no longer keeps.

    What is kept may be erased later, by asking again. The name goes with the last value.

    Raises:
        SamePerson, OwnCase: The operator cannot decide this.
        ErasureTooEarly: Nothing may be erased any more, or yet.
    """
    approval = await approvals.get_approval(uow, approval_id, kind=KIND)
    party_id = PartyId(approval.concerns)
    approvals.require_stranger(operator_id, asks=party_id)
    await approvals.approve(
        uow, approval_id=approval_id, request=_request(party_id), by=operator_id
    )
    due, kept = await _find_due(uow, party_id)
    await erasing.erase_openings(uow, due)
    named = bool(kept)
    if not named:
        await identity.forget_name(uow, party_id=party_id)
    until = _last_day(kept, rulepacks.home())
    uow.record(
        PersonErased(party_id, approval.id, len(due), len(kept), until, named=named)
    )
    return Erased(party_id, len(due), len(kept), until)


async def decline_erasure(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Approval:
    """Disagree, as a second person; everything stays."""
    await approvals.get_approval(uow, approval_id, kind=KIND)
    return await approvals.decline(uow, approval_id=approval_id, by=operator_id)


def kept_until(opening: Opening, pack: RulePack) -> date:
    """Return the day from which a value may be erased, by the rule of its own day."""
    on = business_date(opening.recorded_at)
    return add_months(on, pack.months(RETENTION, on=on))


async def _find_due(
    uow: UnitOfWork, party_id: PartyId
) -> tuple[list[Opening], list[Opening]]:
    """Part what may be erased today from what is still kept."""
    pack, today = rulepacks.home(), uow.today()
    due: list[Opening] = []
    kept: list[Opening] = []
    for opening in await erasing.list_openings(uow, party_id):
        (due if kept_until(opening, pack) <= today else kept).append(opening)
    if not due:
        until = _last_day(kept, pack)
        raise ErasureTooEarly(until=(until or today).isoformat())
    return due, kept


def _last_day(kept: Sequence[Opening], pack: RulePack) -> date | None:
    return max((kept_until(one, pack) for one in kept), default=None)


def _request(party_id: str) -> Mapping[str, object]:
    return {"kind": KIND, "party": party_id}
