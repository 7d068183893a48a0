"""How scorecards are found."""

from sqlalchemy import select

from finance.scorecards.model import Adoption, Role, ScorecardFile
from ledger.database import UnitOfWork
from risk.scoring import Scorecard, read_scorecard

NEWEST = 100


async def find_file(uow: UnitOfWork, sha256: bytes) -> ScorecardFile | None:
    """Return a kept artefact by its hash."""
    return await uow.session.get(ScorecardFile, sha256)


async def find_card(uow: UnitOfWork, sha256: str) -> Scorecard | None:
    """Return a kept card by its hash, to replay what it once decided."""
    kept = await find_file(uow, bytes.fromhex(sha256))
    return None if kept is None else read_scorecard(kept.content.decode())


async def find_in_use(uow: UnitOfWork, role: Role) -> Scorecard | None:
    """Return the card in a role; without a champion the expert card decides."""
    query = (
        select(ScorecardFile.content)
        .join(Adoption, Adoption.scorecard == ScorecardFile.sha256)
        .where(Adoption.role == role)
        .order_by(Adoption.id.desc())
        .limit(1)
    )
    content = await uow.session.scalar(query)
    return None if content is None else read_scorecard(content.decode())


async def list_adoptions(uow: UnitOfWork) -> list[Adoption]:
    """Return who had which role, newest first, at most a hundred."""
    rows = await uow.session.scalars(
        select(Adoption).order_by(Adoption.id.desc()).limit(NEWEST)
    )
    return list(rows)
