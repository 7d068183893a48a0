"""What access remembers: the hash of each key, never the key."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from api.auth.access import Role
from ledger.ids import IdType, PartyId
from ledger.tables import Base


class ApiKey(Base):
    """A key of a party in one role; its secret is kept as SHA-256 only.

    The secret is 256 random bits, so a plain hash cannot be guessed backwards and no
    slow password hash is needed.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint(
            "role IN ('sme', 'lender', 'operator', 'regulator')", name="role"
        ),
        CheckConstraint("octet_length(secret_sha256) = 32", name="secret_sha256"),
        CheckConstraint("revoked_at >= created_at", name="revoked_at"),
        Index("ix_api_key_party", "party", "id"),
    )

    id: Mapped[str] = mapped_column(IdType("key"), primary_key=True)
    party: Mapped[PartyId] = mapped_column(IdType("party"), ForeignKey("party.id"))
    role: Mapped[str]
    secret_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    @property
    def serves(self) -> Role:
        """Return the role this key opens."""
        return Role(self.role)

    def revoke(self, at: datetime) -> None:
        """Close the key for good; the first time counts."""
        self.revoked_at = self.revoked_at or at
