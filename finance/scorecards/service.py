"""What two operators can do: put a scorecard into a role."""

import json
from collections.abc import Mapping
from typing import Any

from finance import approvals
from finance.approvals import Approval
from finance.scorecards import repository
from finance.scorecards.errors import (
    ScorecardUnexplained,
    ScorecardUnproven,
    ScorecardUnreadable,
)
from finance.scorecards.events import ScorecardAdopted
from finance.scorecards.model import Adoption, Role, ScorecardFile
from finance.scorecards.repository import KIND, Adopted
from ledger.canonical import canonical
from ledger.database import UnitOfWork
from ledger.errors import InvariantBroken, NotFound
from ledger.ids import PartyId, new_id
from risk import modelcard, watch
from risk.scoring import (
    LEAST_DEFAULTS,
    MIN_REASONS,
    Scorecard,
    artefact_hash,
    read_scorecard,
    score,
)


async def propose_adoption(
    uow: UnitOfWork, *, artefact: str, role: Role, operator_id: PartyId, note: str
) -> Approval:
    """Keep an artefact and ask a second operator to put it into a role.

    Raises:
        ScorecardUnreadable: It is no scorecard.
        ScorecardUnexplained, ScorecardUnproven: It gives no reasons, or was fitted to too
            few defaults, to decide.
        ProposalWaiting: Another card waits for the role.
    """
    raw, card = _read(artefact)
    if role is Role.CHAMPION:
        _require_fit_to_decide(raw, card)
    await _keep(uow, raw, card)
    return await approvals.propose(
        uow,
        kind=KIND,
        concerns=role.value,
        request=_request(role, card.hash),
        by=operator_id,
        note=note,
    )


async def approve_adoption(
    uow: UnitOfWork, *, approval_id: str, sha256: str, operator_id: PartyId
) -> Adopted:
    """Agree, as a second person, to exactly this card; it is in use from now on.

    Raises:
        SamePerson: The operator proposed it.
        RequestChanged: Another card was proposed.
        NotFound: No such card is kept.
    """
    approval = await approvals.get_approval(uow, approval_id, kind=KIND)
    role = Role(approval.concerns)
    await approvals.approve(
        uow, approval_id=approval_id, request=_request(role, sha256), by=operator_id
    )
    before = await repository.find_in_use(uow, role)
    card = await repository.find_card(uow, sha256)
    if card is None:
        raise NotFound(thing="scorecard")
    adoption = Adoption(
        id=new_id("adopt", uow.now()),
        role=role,
        scorecard=bytes.fromhex(card.hash),
        approval=approval.id,
        adopted_at=uow.now(),
    )
    uow.add(adoption)
    replaced = before.hash if before else None
    uow.record(
        ScorecardAdopted(approval.id, role.value, card.version, card.hash, replaced)
    )
    return Adopted(adoption, card.version, approval)


async def decline_adoption(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Approval:
    """Disagree, as a second person; the card in use stays."""
    await approvals.get_approval(uow, approval_id, kind=KIND)
    return await approvals.decline(uow, approval_id=approval_id, by=operator_id)


def _read(artefact: str) -> tuple[dict[str, Any], Scorecard]:
    try:
        raw: dict[str, Any] = json.loads(artefact)
        card = read_scorecard(artefact)
        # It must say what it is, answer a firm of which nothing is known, and be watched.
        modelcard.markdown(raw)
        said = score({}, card)
        watch.read_baselines(raw)
    except (
        InvariantBroken, KeyError, TypeError, ValueError, AttributeError, IndexError,
        StopIteration, RecursionError,
    ) as wrong:  # fmt: skip
        raise ScorecardUnreadable from wrong
    if not card.trees and len(said.reasons) < MIN_REASONS:
        raise ScorecardUnreadable
    return raw, card


def _require_fit_to_decide(raw: Mapping[str, Any], card: Scorecard) -> None:
    """Let a card decide only with reasons and, if fitted, after enough defaults.

    An expert card says it is one.
    """
    if card.trees:
        raise ScorecardUnexplained
    facts = raw.get("training")
    if facts and facts["bad"] < LEAST_DEFAULTS:
        raise ScorecardUnproven(bad=str(facts["bad"]), least=str(LEAST_DEFAULTS))


async def _keep(uow: UnitOfWork, raw: dict[str, Any], card: Scorecard) -> None:
    sha256 = bytes.fromhex(artefact_hash(raw))
    if await repository.find_file(uow, sha256) is None:
        uow.add(
            ScorecardFile(
                sha256=sha256,
                version=card.version,
                content=canonical(raw),
                kept_at=uow.now(),
            )
        )
        await uow.session.flush()


def _request(role: Role, sha256: str) -> Mapping[str, object]:
    return {"kind": KIND, "role": role.value, "sha256": sha256}
