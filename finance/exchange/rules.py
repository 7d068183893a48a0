"""What exchange decides: the price a customer gets, and when a rate is too old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from finance.exchange.errors import ExchangeTooSmall, RateStale
from finance.exchange.model import ExchangeRate
from ledger.clock import business_date
from ledger.exchange import Rate
from ledger.money import BPS_PER_ONE, Money, Rounding

# A central bank publishes on working days; the longest holidays take most of a week.
RATE_VALID_FOR: Final = timedelta(days=7)


@dataclass(frozen=True)
class Quote:
    """What an amount is worth, and what of it the customer gets."""

    sold: Money
    worth: Money
    bought: Money

    @property
    def margin(self) -> Money:
        """Return what the house keeps."""
        return self.worth - self.bought


def quote(rate: Rate, sold: Money, *, margin_bps: int) -> Quote:
    """Price an exchange: the worth less the margin, down to what can be paid.

    What is got is never worth more than what was sold, whatever rounding gives: else
    many small exchanges there and back would be money from nothing.

    Raises:
        ExchangeTooSmall: Nothing payable would be left.
        CurrencyMismatch: The rate is of other currencies.
    """
    worth = rate.convert(sold)
    kept = Fraction(BPS_PER_ONE - margin_bps, BPS_PER_ONE)
    bought = worth.times(kept, rounding=Rounding.FLOOR)
    if rate.convert(bought) > sold:
        bought -= Money(bought.currency.settlement_step, bought.currency)
    if not bought:
        raise ExchangeTooSmall(currency=worth.currency)
    return Quote(sold, worth, bought)


def require_fresh(row: ExchangeRate, now: datetime) -> None:
    """Refuse a rate that nobody has renewed for too long."""
    if now - row.quoted_at > RATE_VALID_FOR:
        raise RateStale(quoted_on=business_date(row.quoted_at).isoformat())
