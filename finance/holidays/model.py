"""What is remembered of decrees: each that was entered, and by whom; never changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import IdType
from ledger.tables import Base


class HolidayDecree(Base):
    """A day that a decree made a holiday, or a working day again; the last one holds."""

    __tablename__ = "holiday_decree"

    id: Mapped[str] = mapped_column(IdType("hol"), primary_key=True)
    day: Mapped[date]
    is_holiday: Mapped[bool]
    source: Mapped[str]
    decided_by: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    decided_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("length(btrim(source)) > 0", "source"),
        Index("ix_holiday_decree_day", "day", "id"),
    )
