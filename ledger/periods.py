"""Periods of a book: what is closed stays as it was; corrections go to an open one."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from ledger.tables import Base


class PeriodState(StrEnum):
    """Whether a period still takes entries."""

    OPEN = "open"
    ADJUSTING = "adjusting"
    CLOSED = "closed"


class PeriodRow(Base):
    """A span of days in a book; nothing posts into a closed one."""

    __tablename__ = "period"

    book: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str]
    changed_at: Mapped[datetime]

    __table_args__ = (
        PrimaryKeyConstraint("book", "starts_on"),
        CheckConstraint("ends_on >= starts_on", "order"),
        CheckConstraint("state IN ('open', 'adjusting', 'closed')", "state"),
    )
