"""What raising remembers: offers with fixed terms, and the pledges to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, composite, mapped_column

from finance.raising.errors import PledgeEnded
from ledger.ids import IdType
from ledger.money import Currency, Money
from ledger.tables import CURRENCY, Base


class Product(StrEnum):
    """What money is raised for."""

    LOAN = "loan"
    EQUITY = "equity"


class OfferStatus(StrEnum):
    """Where an offer stands."""

    OPEN = "open"
    FUNDED = "funded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PledgeStatus(StrEnum):
    """Where a pledge stands; every pledge ends in exactly one of the last three."""

    HELD = "held"
    WITHDRAWN = "withdrawn"
    CAPTURED = "captured"
    RELEASED = "released"


class Offer(Base):
    """A call for money: all or nothing, up to a cap, until a deadline.

    ``step`` is what one unit costs: a share's price, or the least a currency can pay.
    ``party_cap_minor`` is the most one party may have pledged. ``subject`` names the
    loan application or share class the product keeps. ``terms_sha256`` is what lenders
    sign, ``least_level`` how strongly at least.
    """

    __tablename__ = "offer"

    id: Mapped[str] = mapped_column(IdType("offer"), primary_key=True)
    product: Mapped[str]
    issuer: Mapped[str] = mapped_column(IdType("party"))
    subject: Mapped[str]
    escrow: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id"), unique=True
    )
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    target_minor: Mapped[int]
    target: Mapped[Money] = composite("target_minor", "currency")
    cap_minor: Mapped[int]
    cap: Mapped[Money] = composite("cap_minor", "currency")
    min_pledge_minor: Mapped[int]
    min_pledge: Mapped[Money] = composite("min_pledge_minor", "currency")
    step_minor: Mapped[int]
    step: Mapped[Money] = composite("step_minor", "currency")
    party_cap_minor: Mapped[int]
    reflection_days: Mapped[int]
    opens_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    terms_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    least_level: Mapped[str]
    status: Mapped[str]
    pledged_minor: Mapped[int]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("product IN ('loan', 'equity')", "product"),
        CheckConstraint(
            "target_minor > 0 AND cap_minor >= target_minor"
            " AND (product = 'equity' OR cap_minor = target_minor)",
            "target",
        ),
        CheckConstraint(
            "step_minor > 0 AND target_minor % step_minor = 0"
            " AND cap_minor % step_minor = 0 AND min_pledge_minor % step_minor = 0",
            "step",
        ),
        CheckConstraint("min_pledge_minor BETWEEN 1 AND target_minor", "min_pledge"),
        CheckConstraint("party_cap_minor BETWEEN 1 AND cap_minor", "party_cap"),
        CheckConstraint("reflection_days >= 0", "reflection"),
        CheckConstraint("octet_length(terms_sha256) = 32", "terms_sha256"),
        CheckConstraint(
            "least_level IN ('click', 'simple', 'bls', 'ca')", "least_level"
        ),
        CheckConstraint("opens_at < deadline_at", "deadline"),
        CheckConstraint("pledged_minor BETWEEN 0 AND cap_minor", "pledged"),
        CheckConstraint(
            "status IN ('open', 'funded', 'failed', 'cancelled')", "status"
        ),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", "closed"),
        CheckConstraint(
            "status <> 'funded' OR pledged_minor >= target_minor", "funded"
        ),
        Index("ix_offer_issuer", "issuer", "id"),
        Index("ix_offer_subject", "subject"),
        Index("ix_offer_open", "deadline_at", postgresql_where=text("status = 'open'")),
    )

    @property
    def pledged(self) -> Money:
        """Return the money promised so far; what was promised, once closed."""
        return Money(self.pledged_minor, self.currency)

    @property
    def remaining(self) -> Money:
        """Return what may still be pledged."""
        return self.cap - self.pledged

    @property
    def is_open(self) -> bool:
        """Say whether the offer has not ended."""
        return self.status == OfferStatus.OPEN

    def close(self, status: OfferStatus, at: datetime) -> None:
        """End the offer for good."""
        self.status = status.value
        self.closed_at = at


class Pledge(Base):
    """A party's promise, backed by a hold on its wallet."""

    __tablename__ = "pledge"

    id: Mapped[str] = mapped_column(IdType("plg"), primary_key=True)
    offer: Mapped[str] = mapped_column(IdType("offer"), ForeignKey("offer.id"))
    party: Mapped[str] = mapped_column(IdType("party"))
    hold: Mapped[str] = mapped_column(
        IdType("entry"), ForeignKey("hold.entry"), unique=True
    )
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    amount_minor: Mapped[int]
    amount: Mapped[Money] = composite("amount_minor", "currency")
    status: Mapped[str]
    placed_at: Mapped[datetime]
    reflection_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", "amount"),
        CheckConstraint(
            "status IN ('held', 'withdrawn', 'captured', 'released')", "status"
        ),
        CheckConstraint("(status = 'held') = (ended_at IS NULL)", "ended"),
        Index("ix_pledge_offer", "offer", "party"),
        Index("ix_pledge_party", "party", "id"),
    )

    def require_held(self) -> None:
        """Refuse to change a pledge that has ended."""
        if self.status != PledgeStatus.HELD:
            raise PledgeEnded(status=self.status)

    def end(self, status: PledgeStatus, at: datetime) -> None:
        """End the pledge for good."""
        self.require_held()
        self.status = status.value
        self.ended_at = at
