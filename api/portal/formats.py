"""Write money, rates, days and ages as a reader of a language expects them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)

from api.http.language import KHMER
from api.portal.words import Words
from ledger.clock import MARKET_ZONE, business_date
from ledger.money import Currency, Money

DASH: Final = "\N{EN DASH}"
GAP: Final = "\N{NO-BREAK SPACE}"
_SHOWN_DECIMALS: Final = {Currency.USD: "0.00", Currency.KHR: "0"}
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Formats:
    """How one reader sees values; money is exact, riel are whole."""

    words: Words

    @property
    def _locale(self) -> str:
        return self.words.language

    def money(self, amount: Money | None) -> str:
        """Write an amount with its currency; a dash for none."""
        if amount is None:
            return DASH
        decimals = _SHOWN_DECIMALS[amount.currency]
        pattern = (
            f"#,##{decimals}¤" if self._locale == KHMER else f"¤¤{GAP}#,##{decimals}"
        )
        return format_currency(
            amount.major(),
            amount.currency.value,
            pattern,
            locale=self._locale,
            currency_digits=False,
        )

    def figure(self, amount: Money | None) -> str:
        """Write an amount for a column whose head names the currency."""
        if amount is None:
            return DASH
        pattern = f"#,##{_SHOWN_DECIMALS[amount.currency]}"
        return format_decimal(amount.major(), pattern, locale=self._locale)

    def units(self, units: int, currency: str) -> str:
        """Write ledger units of a currency for a column."""
        return self.figure(Money(units, Currency(currency)))

    def billed(self, units: int, currency: str) -> str:
        """Write units with their currency, though it be one we keep no books in."""
        if currency in set(Currency):
            return self.money(Money(units, Currency(currency)))
        amount = Decimal(units).scaleb(-get_currency_precision(currency))
        return format_currency(
            amount, currency, f"¤¤{GAP}#,##0.00", locale=self._locale
        )

    def bps(self, rate_bps: int | Decimal | None) -> str:
        """Write basis points as percent with two decimals."""
        return self.percent(None if rate_bps is None else Decimal(rate_bps) / 10_000)

    def percent(self, share: Decimal | None) -> str:
        """Write a fraction of one as percent with two decimals; a dash for none."""
        if share is None:
            return DASH
        return format_percent(share, "0.00%", locale=self._locale)

    def index(self, number: float) -> str:
        """Write a measure without a unit, such as an AUC, with three decimals."""
        return format_decimal(number, "0.000", locale=self._locale)

    def whole(self, number: int) -> str:
        """Write a whole number with its thousands apart."""
        return format_decimal(number, "#,##0", locale=self._locale)

    def day(self, on: date | None) -> str:
        """Write a business date; a dash for none."""
        if on is None:
            return DASH
        return format_date(on, "d MMM y", locale=self._locale)

    def field_day(self, at: datetime, days_before: int = 0) -> str:
        """Write a business date as a form's field takes it."""
        return (business_date(at) - timedelta(days=days_before)).isoformat()

    def month(self, first: date) -> str:
        """Write a month with its year."""
        return format_skeleton("yMMM", first, locale=self._locale)

    def moment(self, at: datetime | None) -> str:
        """Write an instant in Phnom Penh's time; a dash for none."""
        if at is None:
            return DASH
        pattern = "d MMM y, HH:mm"
        return format_datetime(at, pattern, tzinfo=MARKET_ZONE, locale=self._locale)

    def exact(self, at: datetime | None) -> str:
        """Write an instant to the second, with its offset."""
        if at is None:
            return DASH
        pattern = "y-MM-dd HH:mm:ss xxx"
        return format_datetime(at, pattern, tzinfo=MARKET_ZONE, locale=self._locale)

    def age(self, since: datetime, now: datetime) -> str:
        """Say in words how long something has waited."""
        waited = now - since
        if waited < _HOUR:
            return self.words("less than an hour")
        if waited < _DAY:
            return self.words.count("{n} hour", "{n} hours", waited // _HOUR)
        return self.words.count("{n} day", "{n} days", waited // _DAY)

    def left(self, until: datetime, now: datetime) -> str:
        """Say in words how much time is left."""
        if until <= now:
            return self.words("closed")
        days = (business_date(until) - business_date(now)).days
        if days == 0:
            return self.words("closes today")
        if days == 1:
            return self.words("closes tomorrow")
        return self.words.count("{n} day left", "{n} days left", days)

    def lateness(self, days: int) -> str:
        """Say in words how late a payment is."""
        if days <= 0:
            return self.words("on time")
        return self.words.count("{n} day late", "{n} days late", days)
