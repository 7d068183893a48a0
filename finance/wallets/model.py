"""What wallets remember: whose money it is, what came in, what is to go out."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, composite, mapped_column

from finance.wallets.errors import PayoutMoveWrong, WalletClosed
from ledger.ids import IdType
from ledger.money import Currency, Money
from ledger.tables import CURRENCY, Base

WALLET_PREFIX: Final = "wal_"


class Wallet(Base):
    """A party's client money in one currency; the sum stands in the ledger.

    ``destination`` is the owner's own account that withdrawals go to, in the rail's
    writing; empty until it is known. The wallet's id is its payment reference.
    """

    __tablename__ = "wallet"

    id: Mapped[str] = mapped_column(IdType("wal"), primary_key=True)
    party: Mapped[str] = mapped_column(IdType("party"))
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id"), unique=True
    )
    destination: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("party", "currency"),)

    def require_open(self) -> None:
        """Refuse to use a closed wallet."""
        if self.closed_at is not None:
            raise WalletClosed(wallet=self.id)


class PaymentReference(Base):
    """What a payer writes, and the account and subject it stands for."""

    __tablename__ = "payment_reference"

    reference: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    account: Mapped[str] = mapped_column(IdType("acct"), ForeignKey("account.id"))
    subject: Mapped[str]


class Deposit(Base):
    """A payment that reached us; ``subject`` is empty while nobody knows whose."""

    __tablename__ = "deposit"

    id: Mapped[str] = mapped_column(IdType("dep"), primary_key=True)
    provider: Mapped[str]
    payment: Mapped[str]
    reference: Mapped[str]
    subject: Mapped[str]
    account: Mapped[str] = mapped_column(IdType("acct"), ForeignKey("account.id"))
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    amount_minor: Mapped[int]
    amount: Mapped[Money] = composite("amount_minor", "currency")
    entry: Mapped[str] = mapped_column(IdType("entry"), unique=True)
    paid_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    matched_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("provider", "payment"),
        CheckConstraint("amount_minor > 0", "amount"),
        Index(
            "ix_deposit_unmatched",
            "provider",
            "currency",
            "paid_at",
            postgresql_where=text("matched_at IS NULL"),
        ),
    )


class Settlement(Base):
    """Money a provider handed to the clients' bank account."""

    __tablename__ = "settlement"

    provider: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    amount_minor: Mapped[int]
    amount: Mapped[Money] = composite("amount_minor", "currency")
    entry: Mapped[str] = mapped_column(IdType("entry"), unique=True)
    recorded_at: Mapped[datetime]
    matched_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("amount_minor > 0", "amount"),)


class PayoutState(StrEnum):
    """Where a payout stands; ``UNKNOWN`` ends only by the provider's word."""

    REQUESTED = "requested"
    SENT = "sent"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"


class PayoutPurpose(StrEnum):
    """Why money leaves."""

    WITHDRAWAL = "withdrawal"
    DISBURSEMENT = "disbursement"


_ENDED: Final = frozenset({PayoutState.CONFIRMED, PayoutState.FAILED})
_ANSWERS: Final = _ENDED | {PayoutState.SENT, PayoutState.UNKNOWN}
_MOVES: Final = {
    PayoutState.REQUESTED: frozenset({PayoutState.SENT}),
    PayoutState.SENT: _ANSWERS,
    PayoutState.UNKNOWN: _ANSWERS,
    PayoutState.CONFIRMED: frozenset[PayoutState](),
    PayoutState.FAILED: frozenset[PayoutState](),
}


class Payout(Base):
    """Money on its way out: an intent first, then what the provider said of it.

    ``funding_entry`` brought the money onto the payout account, ``ending_entry`` took
    it off: to the bank when confirmed, to the party's wallet when failed.
    """

    __tablename__ = "payout"

    id: Mapped[str] = mapped_column(IdType("pay"), primary_key=True)
    party: Mapped[str] = mapped_column(IdType("party"))
    purpose: Mapped[str]
    subject: Mapped[str]
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    amount_minor: Mapped[int]
    amount: Mapped[Money] = composite("amount_minor", "currency")
    destination: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    funding_entry: Mapped[str] = mapped_column(
        IdType("entry"), ForeignKey("entry.id"), unique=True
    )
    ending_entry: Mapped[str | None] = mapped_column(
        IdType("entry"), ForeignKey("entry.id"), unique=True
    )
    requested_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    matched_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", "amount"),
        CheckConstraint("attempts >= 0", "attempts"),
        CheckConstraint("purpose IN ('withdrawal', 'disbursement')", "purpose"),
        CheckConstraint(
            "state IN ('requested', 'sent', 'unknown', 'confirmed', 'failed')", "state"
        ),
        CheckConstraint(
            "(state IN ('confirmed', 'failed'))"
            " = (ending_entry IS NOT NULL AND ended_at IS NOT NULL)",
            "ended",
        ),
        CheckConstraint("(state = 'requested') = (sent_at IS NULL)", "sent"),
        Index("ix_payout_party", "party", "id"),
        Index(
            "ix_payout_open",
            "id",
            postgresql_where=text("state IN ('requested', 'sent', 'unknown')"),
        ),
        Index(
            "ix_payout_unmatched",
            "currency",
            "ended_at",
            postgresql_where=text("state = 'confirmed' AND matched_at IS NULL"),
        ),
    )

    @property
    def is_over(self) -> bool:
        """Say whether the provider's last word was heard."""
        return PayoutState(self.state) in _ENDED

    def move(self, to: PayoutState, at: datetime) -> None:
        """Go to another state, only where the road leads."""
        if to not in _MOVES[PayoutState(self.state)]:
            raise PayoutMoveWrong(payout=self.id, state=self.state)
        self.state = to.value
        if to in _ENDED:
            self.ended_at = at


class ProviderNotice(Base):
    """A provider's event as it was told, kept once, worked later."""

    __tablename__ = "provider_notice"

    provider: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    received_at: Mapped[datetime]
    worked_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("kind IN ('payment', 'payout')", "kind"),)


class PayoutStop(Base):
    """Payouts of one currency stand still because the books did not match."""

    __tablename__ = "payout_stop"

    id: Mapped[str] = mapped_column(IdType("stop"), primary_key=True)
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    reason: Mapped[str]
    raised_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str]

    __table_args__ = (
        Index(
            "uq_payout_stop_standing",
            "currency",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
