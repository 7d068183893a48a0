"""What day-ends remember: the days, a stopped clock, where loans stand, notices."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, composite, mapped_column

from ledger.ids import IdType
from ledger.money import Currency, Money
from ledger.tables import CURRENCY, Base


class NoticeKind(StrEnum):
    """What a borrower is told: a payment is near, was missed, or cost a fee."""

    PAYMENT_DUE = "payment_due"
    PAYMENT_MISSED = "payment_missed"
    LATE_FEE = "late_fee"


class DayEnd(Base):
    """One business date's count of all loans; finished when every one was counted."""

    __tablename__ = "day_end"

    business_date: Mapped[date] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    loans: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("(finished_at IS NULL) = (loans IS NULL)", "finished"),
    )


class ClockStop(Base):
    """A clock that jumped from the last day counted; an operator lets it go on.

    ``trusted_on`` is the day the operator says it really is.
    """

    __tablename__ = "clock_stop"

    id: Mapped[str] = mapped_column(IdType("stop"), primary_key=True)
    last_on: Mapped[date]
    seen_on: Mapped[date]
    stopped_at: Mapped[datetime]
    trusted_on: Mapped[date | None]
    resumed_by: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(trusted_on IS NULL) = (resumed_by IS NULL)", "resumed"),
        Index(
            "uq_clock_stop_open",
            text("(resumed_by IS NULL)"),
            unique=True,
            postgresql_where="resumed_by IS NULL",
        ),
    )


class LoanStanding(Base):
    """Where a loan stood when the last day counted for it began.

    ``counted_to`` moves by one day at a time, under a lock: so a day is counted once.
    """

    __tablename__ = "loan_standing"

    loan: Mapped[str] = mapped_column(
        IdType("loan"), ForeignKey("loan.id"), primary_key=True
    )
    counted_to: Mapped[date]
    days_past_due: Mapped[int]
    overdue_minor: Mapped[int]
    accrued_minor: Mapped[int]
    band: Mapped[str]
    loan_class: Mapped[str] = mapped_column("class")
    provision_bps: Mapped[int]
    stage: Mapped[int]

    __table_args__ = (
        CheckConstraint("days_past_due >= 0", "days"),
        CheckConstraint("overdue_minor >= 0 AND accrued_minor >= 0", "amounts"),
        CheckConstraint("stage BETWEEN 1 AND 3", "stage"),
    )


class Grading(Base):
    """A day on which a loan's band, class, provision or stage became another."""

    __tablename__ = "loan_grading"

    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"))
    graded_on: Mapped[date]
    days_past_due: Mapped[int]
    band: Mapped[str]
    loan_class: Mapped[str] = mapped_column("class")
    provision_bps: Mapped[int]
    stage: Mapped[int]

    __table_args__ = (PrimaryKeyConstraint("loan", "graded_on"),)


class KeptBook(Base):
    """A loan's book after its first ``events`` events, as ``contracts`` wrote it down.

    It only saves time: whoever finds none, or one that does not fit, replays.
    """

    __tablename__ = "loan_book"

    loan: Mapped[str] = mapped_column(
        IdType("loan"), ForeignKey("loan.id"), primary_key=True
    )
    events: Mapped[int]
    last_on: Mapped[date]
    book: Mapped[str]
    allocations: Mapped[list[Any]] = mapped_column(JSONB)

    __table_args__ = (CheckConstraint("events > 0", "events"),)


class Notice(Base):
    """A notice to a borrower, waiting for a way to send it; told once of each date."""

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(IdType("ntc"), primary_key=True)
    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"))
    party: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    kind: Mapped[str]
    concerns_on: Mapped[date]
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    amount_minor: Mapped[int]
    amount: Mapped[Money] = composite("amount_minor", "currency")
    queued_on: Mapped[date]

    __table_args__ = (
        UniqueConstraint("loan", "kind", "concerns_on", name="uq_notice_loan"),
        CheckConstraint(
            "kind IN ('payment_due', 'payment_missed', 'late_fee')", "kind"
        ),
        CheckConstraint("amount_minor > 0", "amount"),
        Index("ix_notice_party", "party", "id"),
    )
