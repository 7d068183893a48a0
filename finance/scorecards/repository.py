"""How scorecards are found."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from finance import approvals
from finance.approvals import Approval
from finance.scorecards.model import Adoption, Role, ScorecardFile
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from risk.scoring import Scorecard, read_scorecard

NEWEST = 100
KIND = "scorecard"


@dataclass(frozen=True)
class Adopted:
    """A card in a role, and the two people who put it there."""

    adoption: Adoption
    version: str
    approval: Approval


@dataclass(frozen=True)
class Waiting:
    """A card that waits for a second person, and what it says of itself."""

    approval: Approval
    role: Role
    artefact: dict[str, Any]


async def find_file(uow: UnitOfWork, sha256: bytes) -> ScorecardFile | None:
    """Return a kept artefact by its hash."""
    return await uow.session.get(ScorecardFile, sha256)


async def find_card(uow: UnitOfWork, sha256: str) -> Scorecard | None:
    """Return a kept card by its hash, to replay what it once decided."""
    kept = await find_file(uow, bytes.fromhex(sha256))
    return None if kept is None else read_scorecard(kept.content.decode())


async def find_in_use(uow: UnitOfWork, role: Role) -> Scorecard | None:
    """Return the card in a role; without a champion the expert card decides."""
    content = await _content_in_use(uow, role)
    return None if content is None else read_scorecard(content)


async def find_artefact(uow: UnitOfWork, role: Role) -> dict[str, Any] | None:
    """Return the artefact of the card in a role, with what stands behind it."""
    content = await _content_in_use(uow, role)
    return None if content is None else json.loads(content)


async def get_artefact(uow: UnitOfWork, sha256: str) -> dict[str, Any]:
    """Return a kept artefact by its hash."""
    kept = await find_file(uow, bytes.fromhex(sha256))
    if kept is None:
        raise NotFound(thing="scorecard")
    artefact: dict[str, Any] = json.loads(kept.content)
    return artefact


async def list_waiting(uow: UnitOfWork) -> list[Waiting]:
    """Return the proposals that wait for a second person, at most one for each role."""
    found = []
    for role in Role:
        approval = await approvals.find_pending(uow, KIND, role.value, lock=False)
        if approval is not None:
            artefact = await get_artefact(uow, approval.request["sha256"])
            found.append(Waiting(approval, role, artefact))
    return found


async def list_adoptions(uow: UnitOfWork) -> list[Adopted]:
    """Return who had which role, newest first, at most a hundred."""
    rows = await uow.session.execute(
        select(Adoption, ScorecardFile.version, Approval)
        .join(ScorecardFile, ScorecardFile.sha256 == Adoption.scorecard)
        .join(Approval, Approval.id == Adoption.approval)
        .order_by(Adoption.id.desc())
        .limit(NEWEST)
    )
    return [Adopted(*row) for row in rows]


async def _content_in_use(uow: UnitOfWork, role: Role) -> str | None:
    content = await uow.session.scalar(
        select(ScorecardFile.content)
        .join(Adoption, Adoption.scorecard == ScorecardFile.sha256)
        .where(Adoption.role == role)
        .order_by(Adoption.id.desc())
        .limit(1)
    )
    return None if content is None else content.decode()
