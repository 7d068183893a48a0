"""The clauses terms are made of: small closed choices, each with its meaning."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator

from contracts.plain import read_decimal
from ledger.money import Currency, Money, Rounding

RateBps = (
    int
    | Annotated[Decimal, BeforeValidator(lambda sent: read_decimal("rate_bps", sent))]
)
"""A yearly rate in basis points, whole or with decimals."""

_SATURDAY, _SUNDAY = 5, 6


class Method(StrEnum):
    """How the principal comes back."""

    ANNUITY = "annuity"  # equal payments
    EQUAL_PRINCIPAL = "equal_principal"  # equal principal, falling interest
    INTEREST_ONLY = "interest_only"  # interest each time, principal at the end
    BULLET = "bullet"  # principal and all interest at the end
    BALLOON = "balloon"  # an annuity of a longer life, its balance at the end
    CUSTOM = "custom"  # a principal plan written by the parties
    FLAT = "flat"  # interest on the first principal throughout


class Unit(StrEnum):
    """What a repayment period is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_UNITS_PER_YEAR = {Unit.DAY: 365, Unit.WEEK: 52, Unit.MONTH: 12}


@dataclass(frozen=True, slots=True)
class Frequency:
    """One instalment every so many days, weeks or months."""

    unit: Unit = Unit.MONTH
    every: int = 1

    @property
    def per_year(self) -> Fraction:
        """Periods in a year of 12 months, 52 weeks or 365 days."""
        return Fraction(_UNITS_PER_YEAR[self.unit], self.every)


DAILY = Frequency(Unit.DAY, 1)
WEEKLY = Frequency(Unit.WEEK, 1)
FORTNIGHTLY = Frequency(Unit.WEEK, 2)
MONTHLY = Frequency(Unit.MONTH, 1)
QUARTERLY = Frequency(Unit.MONTH, 3)
HALF_YEARLY = Frequency(Unit.MONTH, 6)
YEARLY = Frequency(Unit.MONTH, 12)


class HolidayRule(StrEnum):
    """Where a due date goes that falls on a day without banking."""

    NONE = "none"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"  # unless that is another month
    PRECEDING = "preceding"


@dataclass(frozen=True, slots=True)
class Holidays:
    """The days without banking that the parties agreed on, and the rule for them.

    Only the day of payment moves; the interest of the period does not.
    ``weekend`` counts Monday as 0.
    """

    rule: HolidayRule = HolidayRule.NONE
    days: tuple[date, ...] = ()
    weekend: tuple[int, ...] = (_SATURDAY, _SUNDAY)


class GraceRule(StrEnum):
    """What becomes of the interest of grace periods."""

    COLLECT = "collect"  # paid with the first instalment after the grace
    SPREAD = "spread"  # shared equally over the instalments after the grace
    CAPITALISE = "capitalise"  # added to the principal as it falls due


@dataclass(frozen=True, slots=True)
class Grace:
    """How many first instalments carry no principal, and how many no interest."""

    principal: int = 0
    interest: int = 0
    rule: GraceRule = GraceRule.COLLECT


class Remainder(StrEnum):
    """Which instalment takes what rounding leaves over."""

    LAST = "last"
    FIRST = "first"  # the first that pays principal; the last is left a unit or two


@dataclass(frozen=True, slots=True)
class RoundingRule:
    """How exact amounts become payable ones; steps are in minor units.

    ``remainder`` is the first instalment's of each level: of the plan, and again when
    later money or an amendment sets another level.
    ``evening`` moves the level instalment by the last one's difference shared over
    all of them, if that brings the last strictly nearer. ``unrounded`` carries the
    balance of a level plan on exactly and rounds only what is shown, so every payment
    but a balloon is the same; without it each row starts from payable amounts.
    """

    interest: Rounding = Rounding.HALF_EVEN
    interest_step: int = 1
    instalment: Rounding = Rounding.HALF_EVEN
    instalment_step: int = 1
    evening: bool = False
    unrounded: bool = False
    remainder: Remainder = Remainder.LAST

    @classmethod
    def of(cls, currency: Currency) -> "RoundingRule":
        """Return the usual rule: USD to the cent; KHR to the riel, instalments to 100."""
        step = currency.settlement_step
        level = {Currency.USD: step, Currency.KHR: 100 * step}[currency]
        return cls(interest_step=step, instalment_step=level)


@dataclass(frozen=True, slots=True)
class Fees:
    """What the borrower pays beside interest.

    ``upfront`` is kept back when the money goes out; ``instalment_bps`` is of each
    instalment's principal and interest; ``instalment`` a fixed amount with each.
    """

    upfront: Money | None = None
    instalment: Money | None = None
    instalment_bps: int = 0

    @property
    def has_instalment_fees(self) -> bool:
        """Whether an instalment carries a fee of its own."""
        return self.instalment is not None or self.instalment_bps > 0


class LateBasis(StrEnum):
    """What a late fee is a part of. Never of penalties."""

    PRINCIPAL = "principal"
    PRINCIPAL_AND_INTEREST = "principal_and_interest"


@dataclass(frozen=True, slots=True)
class LateTerms:
    """The late fee: once for each instalment missed, after the days of grace.

    ``cap`` is the most one fee may be; ``cap_bps`` the most all late fees together
    may be of the loan's principal.
    """

    grace_days: int = 0
    fee_bps: int = 0
    basis: LateBasis = LateBasis.PRINCIPAL_AND_INTEREST
    cap: Money | None = None
    cap_bps: int | None = None


class Excess(StrEnum):
    """What money beyond everything due is used for."""

    NEXT = "next"  # the next instalments, as they stand
    LAST = "last"  # the last instalments first
    SPREAD = "spread"  # principal of all later instalments, equally
    SHORTEN = "shorten"  # next instalment, then principal: fewer instalments
    REAMORTISE = "reamortise"  # next instalment, then principal: lower instalments


class PayoffRule(StrEnum):
    """Up to when an early payoff is charged interest."""

    TO_DATE = "to_date"
    TO_PERIOD_END = "to_period_end"


class Accrual(StrEnum):
    """What interest runs on."""

    SCHEDULED = "scheduled"  # the balance of the schedule
    DAILY = "daily"  # the principal really outstanding each day


@dataclass(frozen=True, slots=True)
class Tranche:
    """A part of the principal and the day it goes out."""

    on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class RateStep:
    """A rate that holds from a day on."""

    starts_on: date
    rate_bps: RateBps


@dataclass(frozen=True, slots=True)
class Pause:
    """Instalments without payment, and what becomes of their interest."""

    first: int
    count: int
    rule: GraceRule = GraceRule.CAPITALISE

    def covers(self, number: int) -> bool:
        """Tell whether an instalment lies in the pause."""
        return self.first <= number < self.first + self.count


@dataclass(frozen=True, slots=True)
class Shift:
    """An instalment whose date was moved, and the interest period with it."""

    number: int
    to: date


@dataclass(frozen=True, slots=True)
class Balloon:
    """What is left for the last date: an amount, or an annuity's longer life."""

    amount: Money | None = None
    amortised_over: int | None = None


class Timing(StrEnum):
    """When money falls due, seen from a payment."""

    PAST_DUE = "past_due"
    DUE = "due"
    IN_ADVANCE = "in_advance"


class Component(StrEnum):
    """What owed money is owed for."""

    PENALTY = "penalty"
    FEE = "fee"
    INTEREST = "interest"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One place in the order of payment."""

    timing: Timing
    component: Component


DEFAULT_WATERFALL = tuple(
    Bucket(timing, component) for timing in Timing for component in Component
)
