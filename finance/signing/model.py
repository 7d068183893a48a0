"""What signing remembers: keys, whose they are, what they signed, and what it sums to."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contracts.keys import ProvenKey
from finance.signing.errors import SigningKeyEnded
from ledger.ids import IdType
from ledger.tables import Base


class Holder(StrEnum):
    """Who holds the secret of a key."""

    OWNER = "owner"
    """Made and kept by its owner, in a browser say; we know the public half."""

    PLATFORM = "platform"
    """Sealed by us, and used for one signature at a time when the owner asks."""


class KeyState(StrEnum):
    """Where a key stands; the last two are for good."""

    PENDING = "pending"
    ACTIVE = "active"
    ROTATING = "rotating"
    REVOKED = "revoked"
    EXPIRED = "expired"


SIGNING_STATES = (KeyState.ACTIVE, KeyState.ROTATING)


class SigningKey(Base):
    """A key whose possession was proven; ``sealed`` is the secret, if we hold it.

    ``expires_at`` is when it stops signing: in two years, or soon when another took
    its place.
    """

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(IdType("sgn"), primary_key=True)
    party: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    holder: Mapped[str]
    public: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str]
    registered_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("holder IN ('owner', 'platform')", "holder"),
        CheckConstraint("octet_length(public) = 48", "public"),
        CheckConstraint("octet_length(proof) = 96", "proof"),
        CheckConstraint("(holder = 'platform') = (sealed IS NOT NULL)", "sealed"),
        CheckConstraint(
            "state IN ('pending', 'active', 'rotating', 'revoked', 'expired')", "state"
        ),
        CheckConstraint(
            "state NOT IN ('active', 'rotating')"
            " OR (activated_at IS NOT NULL AND expires_at IS NOT NULL)",
            "activated",
        ),
        CheckConstraint(
            "(state IN ('revoked', 'expired')) = (ended_at IS NOT NULL)", "ended"
        ),
        Index("ix_signing_key_party", "party", "id"),
        Index(
            "uq_signing_key_active",
            "party",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "ix_signing_key_expires_at",
            "expires_at",
            postgresql_where=text("state IN ('active', 'rotating')"),
        ),
    )

    @property
    def proven(self) -> ProvenKey:
        """Return the public key; its proof was checked when it was registered."""
        return ProvenKey.kept(self.public)

    @property
    def signs(self) -> bool:
        """Say whether new signatures of it count."""
        return self.state in SIGNING_STATES

    def require(self, *states: KeyState) -> None:
        """Refuse what a key in its present state cannot do."""
        if self.state not in states:
            raise SigningKeyEnded(state=self.state)

    def activate(self, at: datetime, until: datetime) -> None:
        """Let it sign: it is known whose it is."""
        self.require(KeyState.PENDING)
        self.state = KeyState.ACTIVE.value
        self.activated_at = at
        self.expires_at = until

    def give_way(self, until: datetime) -> None:
        """Let another take its place; what is under way may still be signed."""
        self.require(KeyState.ACTIVE)
        self.state = KeyState.ROTATING.value
        if self.expires_at is None or until < self.expires_at:
            self.expires_at = until

    def end(self, state: KeyState, at: datetime) -> None:
        """Stop it for good; what it signed before stays signed."""
        self.require(KeyState.PENDING, *SIGNING_STATES)
        self.state = state.value
        self.ended_at = at


class Purpose(StrEnum):
    """What a signature is for; names the form of the message."""

    PLEDGE = "pledge"
    AGREEMENT = "agreement"


class SignerRole(StrEnum):
    """As what somebody signs."""

    LENDER = "lender"
    BORROWER = "borrower"
    OPERATOR = "operator"
    TRUSTEE = "trustee"
    GUARANTOR = "guarantor"


class SignatureTotal(Base):
    """One signature made of many: those of an offer's pledges, or of an agreement.

    ``concerns`` is the offer or loan; ``signers`` counts signatures, ``keys`` distinct
    keys. Who signed what stands in ``signature``, in the order of its ids.
    """

    __tablename__ = "signature_total"

    id: Mapped[str] = mapped_column(IdType("sgt"), primary_key=True)
    purpose: Mapped[str]
    concerns: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    signers: Mapped[int]
    keys: Mapped[int]
    made_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("purpose", "concerns"),
        CheckConstraint("purpose IN ('pledge', 'agreement')", "purpose"),
        CheckConstraint("octet_length(signature) = 96", "signature"),
        CheckConstraint("keys > 0 AND signers >= keys", "signers"),
    )


class Signature(Base):
    """Somebody's word on exact bytes, and how strongly it binds.

    A click has no key and no signature. ``subject`` is the pledge or the loan;
    ``verified_at`` is empty until a signature we made for its owner was checked.
    """

    __tablename__ = "signature"

    id: Mapped[str] = mapped_column(IdType("sig"), primary_key=True)
    party: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))
    role: Mapped[str]
    purpose: Mapped[str]
    concerns: Mapped[str]
    subject: Mapped[str]
    message: Mapped[bytes] = mapped_column(LargeBinary)
    level: Mapped[str]
    key: Mapped[str | None] = mapped_column(IdType("sgn"), ForeignKey("signing_key.id"))
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    total: Mapped[str | None] = mapped_column(
        IdType("sgt"), ForeignKey("signature_total.id")
    )

    __table_args__ = (
        UniqueConstraint("purpose", "subject", "party", "role"),
        CheckConstraint(
            "role IN ('lender', 'borrower', 'operator', 'trustee', 'guarantor')", "role"
        ),
        CheckConstraint("purpose IN ('pledge', 'agreement')", "purpose"),
        CheckConstraint("level IN ('click', 'simple', 'bls', 'ca')", "level"),
        CheckConstraint(
            "(level = 'bls') = (key IS NOT NULL)"
            " AND (key IS NULL) = (signature IS NULL)",
            "key",
        ),
        CheckConstraint("octet_length(signature) = 96", "signature"),
        CheckConstraint("total IS NULL OR verified_at IS NOT NULL", "total"),
        Index("ix_signature_concerns", "concerns", "id"),
        Index("ix_signature_party", "party", "id"),
    )
