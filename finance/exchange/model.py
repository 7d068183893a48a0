"""What exchange remembers: rates as they were published, never changed."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from ledger.exchange import Rate
from ledger.ids import IdType
from ledger.money import Currency
from ledger.tables import CURRENCY, Base

MAX_MARGIN_BPS = 1_000


class ExchangeRate(Base):
    """What one main unit of ``base`` cost in ``quote``, who said so, and when.

    ``margin_bps`` is what the house keeps of each exchange; it is published with the
    price.
    """

    __tablename__ = "exchange_rate"

    id: Mapped[str] = mapped_column(IdType("rate"), primary_key=True)
    base: Mapped[Currency] = mapped_column(CURRENCY)
    quote: Mapped[Currency] = mapped_column(CURRENCY)
    price: Mapped[Decimal] = mapped_column(Numeric)
    margin_bps: Mapped[int]
    source: Mapped[str]
    quoted_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(IdType("party"), ForeignKey("party.id"))

    __table_args__ = (
        CheckConstraint("base <> quote", "pair"),
        CheckConstraint("price > 0", "price"),
        CheckConstraint(f"margin_bps BETWEEN 0 AND {MAX_MARGIN_BPS}", "margin"),
        Index("ix_exchange_rate_quoted_at", "base", "quote", "quoted_at"),
    )

    @property
    def rate(self) -> Rate:
        """Return the rate as the ledger takes it."""
        return Rate(self.base, self.quote, self.price, self.source, self.quoted_at)

    def other(self, currency: Currency) -> Currency:
        """Return the currency one gets for this one."""
        return self.quote if currency is self.base else self.base
