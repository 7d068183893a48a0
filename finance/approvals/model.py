"""What approvals remember: who asked for what exactly, and who decided."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from finance.approvals.errors import (
    ApprovalDecided,
    ApprovalExpired,
    ProposalWaiting,
    RequestChanged,
    SamePerson,
)
from ledger.ids import IdType
from ledger.tables import Base


class ApprovalStatus(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"


class Approval(Base):
    """A request that a second person must decide; used once, until it expires."""

    __tablename__ = "approval"

    id: Mapped[str] = mapped_column(IdType("appr"), primary_key=True)
    kind: Mapped[str]
    concerns: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str]
    proposed_by: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    proposed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    status: Mapped[str]
    decided_by: Mapped[str | None] = mapped_column(
        IdType("party"), ForeignKey("party.id")
    )
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("decided_by <> proposed_by", "two_people"),
        CheckConstraint(
            "(status IN ('approved', 'declined')) = (decided_by IS NOT NULL)", "decided"
        ),
        CheckConstraint(
            "status IN ('pending', 'approved', 'declined', 'expired')", "status"
        ),
        Index(
            "uq_approval_pending",
            "kind",
            "concerns",
            unique=True,
            postgresql_where=text("status = 'pending'"),
        ),
    )

    def decide(self, status: ApprovalStatus, *, by: str, at: datetime) -> None:
        """Take the second person's word; a late no still ends what would wait for ever."""
        if self.status != ApprovalStatus.PENDING:
            raise ApprovalDecided
        if by == self.proposed_by:
            raise SamePerson
        if status is ApprovalStatus.APPROVED and at >= self.expires_at:
            raise ApprovalExpired
        self.status = status.value
        self.decided_by = by
        self.decided_at = at

    def retire(self, *, at: datetime) -> None:
        """Make room for a new proposal; refuse while this one still waits."""
        if at < self.expires_at:
            raise ProposalWaiting
        self.status = ApprovalStatus.EXPIRED.value

    def require_same(self, request_hash: bytes) -> None:
        """Refuse when the request is not the one that was proposed."""
        if self.request_hash != request_hash:
            raise RequestChanged
