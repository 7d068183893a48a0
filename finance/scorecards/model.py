"""What is remembered of scorecards: every artefact, and when which had which role."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import IdType
from ledger.tables import Base, choice_of


class Role(StrEnum):
    """What a card does: the champion decides, the challenger only watches."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"


class ScorecardFile(Base):
    """An artefact in its canonical form, named by its hash; never changed."""

    __tablename__ = "scorecard"
    __table_args__ = (CheckConstraint("sha256 = sha256(content)", name="content"),)

    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    version: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]


class Adoption(Base):
    """A card that two people put into a role; the newest of a role is in use."""

    __tablename__ = "scorecard_adoption"
    __table_args__ = (
        CheckConstraint("role IN ('champion', 'challenger')", name="role"),
        Index("ix_scorecard_adoption_role", "role", "id"),
    )

    id: Mapped[str] = mapped_column(IdType("adopt"), primary_key=True)
    role: Mapped[Role] = mapped_column(choice_of(Role))
    scorecard: Mapped[bytes] = mapped_column(
        LargeBinary, ForeignKey("scorecard.sha256")
    )
    approval: Mapped[str] = mapped_column(
        IdType("appr"), ForeignKey("approval.id"), unique=True
    )
    adopted_at: Mapped[datetime]
