"""What is remembered of corrections: each one, numbered, and by whom; never changed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import IdType
from ledger.tables import Base, choice_of
from risk.cashflow import Category


class CategoryCorrection(Base):
    """What money from or to one counterparty is for; the last word about it holds.

    Numbers rise by one from 1, so a number names all corrections that stood with it.
    """

    __tablename__ = "category_correction"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("length(btrim(counterparty)) > 0", name="counterparty"),
        CheckConstraint("length(btrim(reason)) > 0", name="reason"),
    )

    id: Mapped[str] = mapped_column(IdType("fix"), primary_key=True)
    number: Mapped[int]
    counterparty: Mapped[str]
    incoming: Mapped[bool]
    category: Mapped[Category] = mapped_column(choice_of(Category))
    reason: Mapped[str]
    decided_by: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    decided_at: Mapped[datetime]
