"""What lending remembers: applications, loans, notes, events, receipts."""

import hashlib
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, composite, mapped_column

from contracts.terms import Terms
from finance.lending.errors import ApplicationNotWaiting, LoanNotOpen
from ledger.ids import AccountId, IdType, PartyId
from ledger.money import Currency, Money
from ledger.tables import CURRENCY, Base
from risk.identity import TaxResidency


class ApplicationStatus(StrEnum):
    """How far an application has come."""

    REFUSED = "refused"
    ASSESSED = "assessed"
    REVIEWED = "reviewed"
    DECLINED = "declined"
    LISTED = "listed"
    FUNDED = "funded"
    FAILED = "failed"


class Claim(StrEnum):
    """What a borrower owes, and a note is owed, each on an account of its own."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    FEES = "fees"


Places = tuple[AccountId, AccountId, AccountId]
"""An account for each claim, in their order."""

Units = tuple[int, int, int]
"""Minor units of each claim, in their order."""

_BOOKED: Final = {
    Claim.PRINCIPAL: "principal_booked_minor",
    Claim.INTEREST: "interest_booked_minor",
    Claim.FEES: "fees_booked_minor",
}


class LoanStatus(StrEnum):
    """Where a loan stands."""

    AWAITING_SIGNATURE = "awaiting_signature"
    LAPSED = "lapsed"
    ACTIVE = "active"
    PAID_OFF = "paid_off"
    WRITTEN_OFF = "written_off"


class ReceiptStatus(StrEnum):
    """Whether a receipt has reached the lenders."""

    RECEIVED = "received"
    DISTRIBUTED = "distributed"


class Application(Base):
    """A firm's request for a loan, with the decision that answers it."""

    __tablename__ = "application"

    id: Mapped[str] = mapped_column(IdType("app"), primary_key=True)
    party: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    amount_minor: Mapped[int]
    amount: Mapped[Money] = composite("amount_minor", "currency")
    term_months: Mapped[int]
    purpose: Mapped[str]
    statements: Mapped[list[str]] = mapped_column(JSONB)
    invoice_files: Mapped[list[str]] = mapped_column(JSONB)
    decision: Mapped[dict[str, Any]] = mapped_column(JSONB)
    quote: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str]
    approval: Mapped[str | None] = mapped_column(
        IdType("appr"), ForeignKey("approval.id")
    )
    offer: Mapped[str | None] = mapped_column(
        IdType("offer"), ForeignKey("offer.id"), unique=True
    )
    overrides: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    submitted_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", "amount"),
        CheckConstraint("term_months > 0", "term"),
        CheckConstraint(
            "status IN ('refused', 'assessed', 'reviewed', 'declined', 'listed',"
            " 'funded', 'failed')",
            "status",
        ),
        CheckConstraint(
            "(status IN ('listed', 'funded', 'failed')) = (offer IS NOT NULL)", "offer"
        ),
    )

    @property
    def quoted_terms(self) -> Terms:
        """Return the terms the firm was quoted and lenders are offered."""
        return Terms.from_json(self.quote["terms"])

    def require(self, status: ApplicationStatus) -> None:
        """Refuse a step that does not follow from where the application is."""
        if self.status != status:
            raise ApplicationNotWaiting(status=self.status)

    def move(self, status: ApplicationStatus, *, after: ApplicationStatus) -> None:
        """Take the next step, from the only one it may be taken from."""
        self.require(after)
        self.status = status.value


class Loan(Base):
    """A funded loan: its terms as signed; everything else follows from its events."""

    __tablename__ = "loan"

    id: Mapped[str] = mapped_column(IdType("loan"), primary_key=True)
    application: Mapped[str] = mapped_column(
        IdType("app"), ForeignKey("application.id"), unique=True
    )
    offer: Mapped[str] = mapped_column(
        IdType("offer"), ForeignKey("offer.id"), unique=True
    )
    borrower: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    principal_minor: Mapped[int]
    principal: Mapped[Money] = composite("principal_minor", "currency")
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    principal_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id")
    )
    interest_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id")
    )
    fee_account: Mapped[str] = mapped_column(IdType("acct"), ForeignKey("account.id"))
    collections_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id")
    )
    status: Mapped[str]
    created_at: Mapped[datetime]
    principal_booked_minor: Mapped[int]
    interest_booked_minor: Mapped[int]
    fees_booked_minor: Mapped[int]
    disbursed_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("principal_minor > 0", "principal"),
        CheckConstraint(
            "status IN ('awaiting_signature', 'lapsed', 'active', 'paid_off',"
            " 'written_off')",
            "status",
        ),
        CheckConstraint(
            "(status IN ('awaiting_signature', 'lapsed')) = (disbursed_on IS NULL)",
            "disbursed",
        ),
        Index("ix_loan_status", "status", "id"),
    )

    @property
    def accounts(self) -> Places:
        """Return where the borrower owes principal, interest and fees."""
        return (
            AccountId(self.principal_account),
            AccountId(self.interest_account),
            AccountId(self.fee_account),
        )

    @property
    def agreed_terms(self) -> Terms:
        """Return the terms that were signed, for the day the money went out."""
        return Terms.from_json(self.terms)

    @property
    def is_signed(self) -> bool:
        """Say whether all whom the agreement binds have signed it: the money then left."""
        return self.disbursed_on is not None

    def booked(self, claim: Claim) -> Money:
        """Return how much of a claim the books have let fall due so far."""
        return Money(getattr(self, _BOOKED[claim]), self.currency)

    def add_booked(self, claim: Claim, more: Money) -> None:
        """Keep how much of a claim has fallen due."""
        name = _BOOKED[claim]
        setattr(self, name, getattr(self, name) + more.minor)

    def require(self, *statuses: LoanStatus) -> None:
        """Refuse what this state of the loan does not allow."""
        if self.status not in statuses:
            raise LoanNotOpen(status=self.status)


class Agreement(Base):
    """The document of a loan, byte for byte as it was shown and accepted."""

    __tablename__ = "agreement"

    loan: Mapped[str] = mapped_column(
        IdType("loan"), ForeignKey("loan.id"), primary_key=True
    )
    document: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (CheckConstraint("sha256 = sha256(document)", "sha256"),)


class AgreementForm(Base):
    """A print of an agreement, or the source of all prints, byte for byte."""

    __tablename__ = "agreement_form"

    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"))
    name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        PrimaryKeyConstraint("loan", "name"),
        CheckConstraint("name IN ('source.json', 'en.pdf', 'km.pdf')", "name"),
        CheckConstraint("sha256 = sha256(content)", "sha256"),
    )

    @classmethod
    def of(cls, loan_id: str, name: str, content: bytes) -> "AgreementForm":
        """Keep a form with its hash."""
        sha256 = hashlib.sha256(content).digest()
        return cls(loan=loan_id, name=name, content=content, sha256=sha256)


class Acceptance(Base):
    """A party's word that it agrees, and to which bytes."""

    __tablename__ = "acceptance"

    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"))
    party: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    role: Mapped[str]
    document_hash: Mapped[bytes] = mapped_column(LargeBinary)
    signature_level: Mapped[str]
    accepted_at: Mapped[datetime]

    __table_args__ = (
        PrimaryKeyConstraint("loan", "party", "role"),
        CheckConstraint(
            "role IN ('borrower', 'lender', 'trustee', 'guarantor')", "role"
        ),
        CheckConstraint(
            "signature_level IN ('click', 'simple', 'bls', 'ca')", "signature_level"
        ),
    )


class Note(Base):
    """A lender's part of a loan; what it is still owed stands in the ledger."""

    __tablename__ = "note"

    id: Mapped[str] = mapped_column(IdType("note"), primary_key=True)
    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"), index=True)
    lender: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    pledge: Mapped[str] = mapped_column(
        IdType("plg"), ForeignKey("pledge.id"), unique=True
    )
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    principal_minor: Mapped[int]
    principal: Mapped[Money] = composite("principal_minor", "currency")
    withholding_bps: Mapped[int]
    principal_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id")
    )
    interest_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id")
    )
    fee_account: Mapped[str] = mapped_column(IdType("acct"), ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("principal_minor > 0", "principal"),
        CheckConstraint("withholding_bps BETWEEN 0 AND 10000", "withholding"),
    )

    @property
    def accounts(self) -> Places:
        """Return where the note is owed principal, interest and fees."""
        return (
            AccountId(self.principal_account),
            AccountId(self.interest_account),
            AccountId(self.fee_account),
        )


class Holding(NamedTuple):
    """A note as money is shared out to it: its accounts, and what stands on them.

    ``wallet`` is None while the lender's takes no money.
    """

    id: str
    lender: PartyId
    residency: TaxResidency
    principal_minor: int
    principal_account: AccountId
    interest_account: AccountId
    fee_account: AccountId
    owed_principal: int
    owed_interest: int
    owed_fees: int
    wallet: AccountId | None

    @property
    def accounts(self) -> Places:
        """Return where the note is owed principal, interest and fees."""
        return self.principal_account, self.interest_account, self.fee_account

    @property
    def owed(self) -> Units:
        """Return what the note is owed of principal, interest and fees."""
        return self.owed_principal, self.owed_interest, self.owed_fees

    def plus(self, change: Units) -> "Holding":
        """Return the note owed more by a change, or with a minus less."""
        principal, interest, fees = change
        return self._replace(
            owed_principal=self.owed_principal + principal,
            owed_interest=self.owed_interest + interest,
            owed_fees=self.owed_fees + fees,
        )


class LoanEvent(Base):
    """A fact in a loan's life; terms and events together say where it stands."""

    __tablename__ = "loan_event"

    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"))
    number: Mapped[int]
    kind: Mapped[str]
    happened_on: Mapped[date]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime]

    __table_args__ = (
        PrimaryKeyConstraint("loan", "number"),
        CheckConstraint("number > 0", "number"),
    )


class Receipt(Base):
    """Money paid on a loan: a deposit by a rail, or out of the borrower's wallet."""

    __tablename__ = "receipt"

    id: Mapped[str] = mapped_column(IdType("rcpt"), primary_key=True)
    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"), index=True)
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    amount_minor: Mapped[int]
    amount: Mapped[Money] = composite("amount_minor", "currency")
    received_on: Mapped[date]
    recovery: Mapped[bool]
    deposit: Mapped[str | None] = mapped_column(
        IdType("dep"), ForeignKey("deposit.id"), unique=True
    )
    status: Mapped[str]
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", "amount"),
        CheckConstraint("status IN ('received', 'distributed')", "status"),
        Index("ix_receipt_waiting", "id", postgresql_where="status = 'received'"),
    )
