"""What equity remembers: classes of shares; who holds them stands in the ledger."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, composite, mapped_column

from finance.equity.errors import ShareClassNotWaiting
from ledger.ids import IdType
from ledger.money import Currency, Money
from ledger.tables import CURRENCY, Base


class ShareClassStatus(StrEnum):
    """How far the offer of a class has come."""

    CREATED = "created"
    REVIEWED = "reviewed"
    LISTED = "listed"
    ISSUED = "issued"
    FAILED = "failed"


class ShareClass(Base):
    """A class of shares of a firm, at one price; its id is its asset's code."""

    __tablename__ = "share_class"

    id: Mapped[str] = mapped_column(IdType("share"), primary_key=True)
    issuer: Mapped[str] = mapped_column(
        IdType("party"), ForeignKey("party.id"), index=True
    )
    name: Mapped[str]
    currency: Mapped[Currency] = mapped_column(CURRENCY)
    price_minor: Mapped[int]
    price: Mapped[Money] = composite("price_minor", "currency")
    authorised: Mapped[int]
    unissued_account: Mapped[str] = mapped_column(
        IdType("acct"), ForeignKey("account.id")
    )
    approval: Mapped[str | None] = mapped_column(
        IdType("appr"), ForeignKey("approval.id")
    )
    offer: Mapped[str | None] = mapped_column(
        IdType("offer"), ForeignKey("offer.id"), unique=True
    )
    status: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("price_minor > 0", "price"),
        CheckConstraint("authorised > 0", "authorised"),
        CheckConstraint(
            "status IN ('created', 'reviewed', 'listed', 'issued', 'failed')", "status"
        ),
        CheckConstraint(
            "(status IN ('listed', 'issued', 'failed')) = (offer IS NOT NULL)", "offer"
        ),
    )

    def require(self, status: ShareClassStatus) -> None:
        """Refuse a step that does not follow from where the class is."""
        if self.status != status:
            raise ShareClassNotWaiting(status=self.status)

    def move(self, status: ShareClassStatus, *, after: ShareClassStatus) -> None:
        """Take the next step, from the only one it may be taken from."""
        self.require(after)
        self.status = status.value
