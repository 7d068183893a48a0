"""What is remembered of lists of invoices: the file and what it says in sum."""

import hashlib
from datetime import date, datetime
from typing import Self

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import IdType, new_id
from ledger.tables import Base, choice_of
from risk.statements import InvoiceList, StatementFormat, shown_file_name


class InvoiceFile(Base):
    """A list of invoices as a party gave it; never changed.

    The bytes are the truth: the invoices are read from them whenever they are needed.
    """

    __tablename__ = "invoice_file"
    __table_args__ = (
        UniqueConstraint("party", "sha256"),
        CheckConstraint("length(sha256) = 32", name="sha256"),
        CheckConstraint("sha256 = sha256(content)", name="content"),
        CheckConstraint("line_count > 0", name="lines"),
        CheckConstraint("first_on <= last_on", name="period"),
        CheckConstraint("format IN ('csv', 'xlsx')", name="format"),
    )

    id: Mapped[str] = mapped_column(IdType("invf"), primary_key=True)
    party: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    file_name: Mapped[str]
    format: Mapped[StatementFormat] = mapped_column(choice_of(StatementFormat))
    currencies: Mapped[list[str]] = mapped_column(JSONB)
    first_on: Mapped[date]
    last_on: Mapped[date]
    line_count: Mapped[int]
    open_count: Mapped[int]
    left_out_count: Mapped[int]
    uploaded_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(
        LargeBinary, deferred=True, deferred_raiseload=True
    )

    @classmethod
    def new(
        cls,
        party_id: str,
        *,
        file_name: str,
        content: bytes,
        read: InvoiceList,
        at: datetime,
    ) -> Self:
        """Make the row of a list that was read completely."""
        days = [item.issued_on for item in read.invoices]
        unpaid = {item.line for item in read.invoices if item.paid_on is None}
        return cls(
            id=new_id("invf", at),
            party=party_id,
            sha256=hashlib.sha256(content).digest(),
            file_name=shown_file_name(file_name),
            format=read.format,
            currencies=sorted({item.currency for item in read.invoices}),
            first_on=min(days),
            last_on=max(days),
            line_count=len({item.line for item in read.invoices}),
            open_count=len(unpaid),
            left_out_count=len(read.left_out),
            uploaded_at=at,
            content=content,
        )
