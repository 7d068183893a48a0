"""Money: whole numbers of a currency's smallest unit, never a float."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from ledger.errors import Invalid, ensure

BPS_PER_ONE = 10_000
MAX_MINOR = 2**62


class Rounding(StrEnum):
    """How a fraction of a unit becomes a whole one; values are decimal's names."""

    HALF_EVEN = ROUND_HALF_EVEN
    HALF_UP = ROUND_HALF_UP
    DOWN = ROUND_DOWN
    UP = ROUND_UP
    FLOOR = ROUND_FLOOR
    CEILING = ROUND_CEILING


class Currency(StrEnum):
    """The currencies we keep, by ISO 4217 code."""

    USD = "USD"
    KHR = "KHR"

    @property
    def exponent(self) -> int:
        """Decimals of the smallest unit in ISO 4217: two for both."""
        return 2

    @property
    def settlement_step(self) -> int:
        """Smallest unit that can be paid, in minor units: a cent, a whole riel."""
        return {Currency.USD: 1, Currency.KHR: 100}[self]


class CurrencyMismatch(Invalid):
    """Two currencies met where only one may be."""

    code = "currency_mismatch"
    message = "This is in {expected}, not in {given}. Use {expected}."


class AmountNotSettleable(Invalid):
    """The amount has a part that cannot be paid, such as half a riel."""

    code = "amount_not_settleable"
    message = "An amount in {currency} must be a whole number of {step} minor units."


class AmountOutOfRange(Invalid):
    """The amount is too large, zero or negative where it may not be."""

    code = "amount_out_of_range"
    message = "The amount must be more than zero and within what the platform keeps."


@dataclass(frozen=True, order=False)
class Money:
    """An amount of one currency in minor units; adding two currencies raises."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        ensure(type(self.minor) is int, "money is a whole number of minor units")
        if abs(self.minor) > MAX_MINOR:
            raise AmountOutOfRange

    @classmethod
    def zero(cls, currency: Currency) -> "Money":
        """Return no money at all, of a currency."""
        return cls(0, currency)

    @classmethod
    def sum(cls, parts: Iterable["Money"], currency: Currency) -> "Money":
        """Add up any number of parts; none gives zero."""
        total = cls.zero(currency)
        for part in parts:
            total += part
        return total

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.major():f} {self.currency}"

    def _same(self, other: "Money") -> int:
        if other.currency is not self.currency:
            raise CurrencyMismatch(expected=self.currency, given=other.currency)
        return other.minor

    def major(self) -> Decimal:
        """Return the amount in the currency's main unit, exactly."""
        return Decimal(self.minor).scaleb(-self.currency.exponent)

    def times_bps(self, bps: int, *, rounding: Rounding) -> "Money":
        """Take basis points of the amount, rounded to what can be settled."""
        return self.times(Fraction(bps, BPS_PER_ONE), rounding=rounding)

    def times(self, factor: Fraction, *, rounding: Rounding) -> "Money":
        """Multiply by an exact fraction, rounded to what can be settled."""
        step = self.currency.settlement_step
        return Money(
            round_fraction(self.minor * factor / step, rounding) * step, self.currency
        )

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Share the amount out by weights; the parts sum to the whole.

        Largest remainder, ties to the earlier weight, in settlement steps; what is
        smaller than a step goes to the first part with a weight.
        """
        shares = split_units(self.minor, weights, self.currency.settlement_step)
        return [Money(share, self.currency) for share in shares]

    def require_settleable(self) -> None:
        """Refuse an amount with a part that cannot be paid."""
        step = self.currency.settlement_step
        if self.minor % step:
            raise AmountNotSettleable(currency=self.currency, step=step)

    def require_positive(self) -> None:
        """Refuse zero and less."""
        if self.minor <= 0:
            raise AmountOutOfRange


def round_fraction(value: Fraction, rounding: Rounding) -> int:
    """Round an exact fraction to a whole number by a named mode."""
    return round_ratio(value.numerator, value.denominator, rounding)


def round_ratio(top: int, bottom: int, rounding: Rounding) -> int:
    """Round ``top / bottom``, the bottom positive, as ``round_fraction`` does."""
    floor, rest = divmod(top, bottom)
    if not rest:
        return floor
    beyond_half = 2 * rest - bottom
    match rounding:
        case Rounding.HALF_EVEN:
            up = beyond_half > 0 or (beyond_half == 0 and floor % 2 == 1)
        case Rounding.HALF_UP:
            up = beyond_half > 0 or (beyond_half == 0 and top > 0)
        case Rounding.DOWN:
            up = top < 0
        case Rounding.UP:
            up = top > 0
        case Rounding.FLOOR | Rounding.CEILING:
            up = rounding is Rounding.CEILING
        case _:
            assert_never(rounding)
    return floor + up


def split_units(units: int, weights: Sequence[int], step: int = 1) -> list[int]:
    """Share whole units out by largest remainder; ties go to the earlier weight."""
    total = sum(weights)
    ensure(total > 0 and min(weights) >= 0, "weights are not negative and not all zero")
    whole, dust = divmod(abs(units), step)
    shares = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda index: -remainders[index])
    for index in order[: whole - sum(shares)]:
        shares[index] += 1
    parts = [share * step for share in shares]
    parts[next(index for index, weight in enumerate(weights) if weight)] += dust
    return [part if units >= 0 else -part for part in parts]
