"""Let the challenger score what the champion decides: kept beside it, never deciding."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from finance import scorecards
from finance.lending.model import Application
from finance.scorecards import Role
from ledger.database import UnitOfWork
from ledger.ids import IdType
from ledger.tables import Base
from risk import scoring
from risk.decision import Decision


class ShadowScore(Base):
    """What the challenger of the day said of an application; nobody acts on it."""

    __tablename__ = "shadow_score"
    __table_args__ = (CheckConstraint("pd_bps BETWEEN 0 AND 10000", name="pd"),)

    application: Mapped[str] = mapped_column(
        IdType("app"), ForeignKey("application.id"), primary_key=True
    )
    model_sha256: Mapped[bytes] = mapped_column(
        LargeBinary, ForeignKey("scorecard.sha256")
    )
    score: Mapped[int]
    pd_bps: Mapped[int]
    grade: Mapped[str]
    points: Mapped[dict[str, Any]] = mapped_column(JSONB)
    scored_at: Mapped[datetime]


async def score_in_shadow(
    uow: UnitOfWork, application: Application, decided: Decision
) -> None:
    """Score the same features by the challenger, if there is one, and keep its word."""
    challenger = await scorecards.find_in_use(uow, Role.CHALLENGER)
    if challenger is None:
        return
    said = scoring.score({one.name: one for one in decided.features}, challenger)
    await uow.session.flush()
    uow.add(
        ShadowScore(
            application=application.id,
            model_sha256=bytes.fromhex(said.artefact_hash),
            score=said.points,
            pd_bps=said.pd_bps,
            grade=said.grade,
            points=dict(said.points_by_feature),
            scored_at=uow.now(),
        )
    )
