"""Exchange: turn one currency into another through accounts of one currency each.

What is given leaves one currency and what is got comes from the other; between them
stand two exchange accounts whose balances are the house's position. An entry names the
rate, its source and its time. What the customer's price differs from that rate is a
gain or a loss of its own account, and so is what a position comes to be worth.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger import balances
from ledger.accounts import Side, Spec, open_all
from ledger.booking import find_posted
from ledger.canonical import instant_text
from ledger.database import UnitOfWork
from ledger.entries import Leg, NewEntry, Posted, post
from ledger.errors import Invalid
from ledger.ids import AccountId, EntryId
from ledger.money import Currency, CurrencyMismatch, Money, Rounding

EXCHANGE: Final = "exchange"
REVALUATION: Final = "revaluation"
# Before either currency was; such a time is a slip of the pen.
_LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
POSITION: Final = "exchange/position"


class RateUnusable(Invalid):
    """A rate needs a price, a source and a time that is not in the future."""

    code = "rate_unusable"
    message = "The rate needs a price above zero, a source and a past time. Name them."


@dataclass(frozen=True)
class Rate:
    """What one main unit of ``base`` costs in ``quote``, who says so, and when."""

    base: Currency
    quote: Currency
    price: Decimal
    source: str
    at: datetime

    def convert(self, money: Money) -> Money:
        """Return what an amount of either currency is worth in the other."""
        there = Fraction(self.price) * Fraction(10) ** (
            self.quote.exponent - self.base.exponent
        )
        if money.currency is self.base:
            worth = Money(money.minor, self.quote)
            return worth.times(there, rounding=Rounding.HALF_EVEN)
        if money.currency is self.quote:
            worth = Money(money.minor, self.base)
            return worth.times(1 / there, rounding=Rounding.HALF_EVEN)
        raise CurrencyMismatch(expected=self.base, given=money.currency)

    def require_usable(self, now: datetime) -> None:
        """Refuse a rate nobody could check later."""
        known = self.price.is_finite() and self.price > 0 and self.source.strip()
        if not known or not _LONG_AGO < self.at <= now or self.base is self.quote:
            raise RateUnusable

    def named(self) -> dict[str, str]:
        """Return the words an entry keeps of the rate."""
        return {
            "rate": f"{self.price:f}",
            "rate_base": self.base.value,
            "rate_quote": self.quote.value,
            "rate_source": self.source,
            "rate_at": instant_text(self.at),
        }


@dataclass(frozen=True)
class NewExchange:
    """Debit ``sold`` on one account, credit ``bought`` of the other currency."""

    id: EntryId
    debit: AccountId
    sold: Money
    credit: AccountId
    bought: Money
    rate: Rate
    effective_on: date
    memo: str = ""


async def convert(uow: UnitOfWork, book: str, new: NewExchange) -> Posted:
    """Exchange money; the difference to the rate goes to the result account.

    Raises:
        RateUnusable: The rate names no price, no source or a future time.
        CurrencyMismatch: The rate is of other currencies.
        Refusal: As ``entries.post``.
    """
    new.rate.require_usable(uow.now())
    for money in (new.sold, new.bought):
        money.require_positive()
        money.require_settleable()
    worth = new.rate.convert(new.sold)
    result = worth - new.bought
    sold, bought = new.sold.currency, new.bought.currency
    given, taken, gain = await _accounts(uow, book, sold, bought)
    legs = [
        Leg(new.debit, new.sold.minor),
        Leg(given, -new.sold.minor),
        Leg(taken, worth.minor),
        Leg(new.credit, -new.bought.minor),
        Leg(gain, -result.minor),
    ]
    entry = NewEntry(
        new.id,
        EXCHANGE,
        tuple(leg for leg in legs if leg.units),
        new.effective_on,
        new.memo,
        new.rate.named(),
    )
    return (await post(uow, [entry]))[0]


async def revalue(
    uow: UnitOfWork, book: str, *, entry: EntryId, rate: Rate, effective_on: date
) -> Posted | None:
    """Book what the position in ``rate.base`` has come to be worth in ``rate.quote``.

    Afterwards the two exchange accounts of the pair are worth nothing together. None
    when they were already.
    """
    done = await find_posted(uow, entry)
    if done is not None:
        return done
    rate.require_usable(uow.now())
    base, quote, gain = await _accounts(uow, book, rate.base, rate.quote)
    owned = Money(await balances.as_of(uow, base, effective_on), rate.base)
    paid = Money(await balances.as_of(uow, quote, effective_on), rate.quote)
    worth = (rate.convert(owned) + paid).minor
    if not worth:
        return None
    legs = Leg(quote, worth), Leg(gain, -worth)
    new = NewEntry(entry, REVALUATION, legs, effective_on, metadata=rate.named())
    return (await post(uow, [new]))[0]


async def _accounts(
    uow: UnitOfWork, book: str, first: Currency, second: Currency
) -> list[AccountId]:
    """Return the exchange accounts of two currencies, and the second's result."""
    specs = [
        Spec(book, POSITION, "exchange", first.value, Side.CREDIT),
        Spec(book, POSITION, "exchange", second.value, Side.CREDIT),
        Spec(book, "exchange/result", "exchange_result", second.value, Side.CREDIT),
    ]
    return await open_all(uow, specs)
