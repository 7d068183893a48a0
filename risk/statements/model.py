"""What statements remember: the file, its lines, and refusals of files."""

import hashlib
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import IdType, new_id
from ledger.money import Currency
from ledger.tables import CURRENCY, Base, choice_of
from risk.statements.errors import shown_file_name
from risk.statements.findings import Verdict
from risk.statements.parsed import StatementFormat
from risk.statements.reader import ReadStatement


class Statement(Base):
    """One account of a file as a party gave it; never changed.

    A table of two currencies is two accounts, each with the whole file's bytes.

    The bytes are the truth: what was read from them is kept beside them for queries.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("party", "sha256", "currency"),
        CheckConstraint("length(sha256) = 32", name="sha256"),
        CheckConstraint("sha256 = sha256(content)", name="content"),
        CheckConstraint("line_count > 0", name="lines"),
        CheckConstraint("first_on <= last_on", name="period"),
        CheckConstraint(
            "format IN ('mt940', 'camt', 'ofx', 'csv', 'xlsx')", name="format"
        ),
        CheckConstraint("verdict IN ('ok', 'review')", name="verdict"),
        CheckConstraint("currency IN ('USD', 'KHR')", name="currency"),
    )

    id: Mapped[str] = mapped_column(IdType("stmt"), primary_key=True)
    party: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    file_name: Mapped[str]
    format: Mapped[StatementFormat] = mapped_column(choice_of(StatementFormat))
    account: Mapped[str]
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    opening_minor: Mapped[int | None]
    closing_minor: Mapped[int | None]
    first_on: Mapped[date]
    last_on: Mapped[date]
    line_count: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(choice_of(Verdict))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    uploaded_at: Mapped[datetime]
    column_map: Mapped[str | None] = mapped_column(
        IdType("map"), ForeignKey("column_map.id")
    )
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
        read: ReadStatement,
        at: datetime,
    ) -> Self:
        """Make the row of a file that was read completely."""
        parsed = read.parsed
        days = [item.booked_on for item in parsed.transactions]
        return cls(
            id=new_id("stmt", at),
            party=party_id,
            sha256=hashlib.sha256(content).digest(),
            file_name=shown_file_name(file_name),
            format=parsed.format,
            account=parsed.account,
            currency=read.currency,
            opening_minor=parsed.opening,
            closing_minor=parsed.closing,
            first_on=min(days),
            last_on=max(days),
            line_count=len(days),
            verdict=read.integrity.verdict,
            findings=read.integrity.to_json(),
            uploaded_at=at,
            column_map=parsed.column_map or None,
            content=content,
        )


class ColumnMap(Base):
    """What the columns below a row of headings hold; a later version stands beside it.

    ``columns`` gives each column's place, from 0. Without a party it is for all.
    """

    __tablename__ = "column_map"
    __table_args__ = (
        UniqueConstraint("fingerprint", "version"),
        CheckConstraint("version > 0", name="version"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
    )

    id: Mapped[str] = mapped_column(IdType("map"), primary_key=True)
    party: Mapped[str | None] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    fingerprint: Mapped[str]
    version: Mapped[int]
    headings: Mapped[list[str]] = mapped_column(JSONB)
    columns: Mapped[dict[str, int]] = mapped_column(JSONB)
    named_by: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    named_at: Mapped[datetime]


class UnnamedTable(Base):
    """A file whose headings nobody knew, whole, until its columns are named or a week on."""

    __tablename__ = "unnamed_table"
    __table_args__ = (
        UniqueConstraint("party", "sha256"),
        CheckConstraint("sha256 = sha256(content)", name="content"),
    )

    id: Mapped[str] = mapped_column(IdType("table"), primary_key=True)
    party: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    file_name: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(
        LargeBinary, deferred=True, deferred_raiseload=True
    )


class StatementLine(Base):
    """One movement of a statement, oldest first; never changed."""

    __tablename__ = "statement_line"
    __table_args__ = (
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("source_line > 0", name="source_line"),
    )

    statement: Mapped[str] = mapped_column(
        IdType("stmt"), ForeignKey("statement.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    source_line: Mapped[int]
    booked_on: Mapped[date]
    value_on: Mapped[date]
    amount_minor: Mapped[int]
    counterparty: Mapped[str]
    reference: Mapped[str]
    balance_after_minor: Mapped[int | None]


class StatementRefusal(Base):
    """A file that was not taken: what it was called and why, nothing of its content."""

    __tablename__ = "statement_refusal"
    __table_args__ = (CheckConstraint("length(sha256) = 32", name="sha256"),)

    id: Mapped[str] = mapped_column(IdType("refusal"), primary_key=True)
    party: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    file_name: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str]
    source_line: Mapped[int]
    refused_at: Mapped[datetime]
