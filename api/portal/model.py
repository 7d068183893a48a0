"""What the portal remembers: the visits that their readers ended."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables import Base


class EndedVisit(Base):
    """A visit somebody signed out of: a copy of its cookie opens nothing.

    The row is needed only as long as the cookie would have lasted.
    """

    __tablename__ = "ended_visit"
    __table_args__ = (
        CheckConstraint("octet_length(nonce_sha256) = 32", name="nonce_sha256"),
    )

    nonce_sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    ended_at: Mapped[datetime]
