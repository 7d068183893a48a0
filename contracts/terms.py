"""Terms: what borrower and lenders agree on, a versioned value stored with the loan."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError

from contracts.clauses import (
    DAILY,
    DEFAULT_WATERFALL,
    FORTNIGHTLY,
    HALF_YEARLY,
    MONTHLY,
    QUARTERLY,
    WEEKLY,
    YEARLY,
    Accrual,
    Balloon,
    Bucket,
    Component,
    Excess,
    Fees,
    Frequency,
    Grace,
    GraceRule,
    HolidayRule,
    Holidays,
    LateBasis,
    LateTerms,
    Method,
    Pause,
    PayoffRule,
    RateBps,
    RateStep,
    Remainder,
    RoundingRule,
    Shift,
    Timing,
    Tranche,
    Unit,
)
from contracts.daycount import DayCount
from contracts.errors import TermsInvalid
from contracts.months import FIRST_DAY, LAST_DAY, MonthEnd
from ledger.money import BPS_PER_ONE, Currency, Money, Rounding

__all__ = [
    "DAILY",
    "DEFAULT_WATERFALL",
    "FORTNIGHTLY",
    "HALF_YEARLY",
    "MONTHLY",
    "QUARTERLY",
    "WEEKLY",
    "YEARLY",
    "Accrual",
    "Balloon",
    "Bucket",
    "Component",
    "DayCount",
    "Excess",
    "Fees",
    "Frequency",
    "Grace",
    "GraceRule",
    "HolidayRule",
    "Holidays",
    "LateBasis",
    "LateTerms",
    "Method",
    "MonthEnd",
    "Pause",
    "PayoffRule",
    "RateBps",
    "RateStep",
    "Remainder",
    "Rounding",
    "RoundingRule",
    "Shift",
    "Terms",
    "Timing",
    "Tranche",
    "Unit",
]

MAX_INSTALMENTS = 1_200
MAX_RATE_BPS = 100_000
MAX_TRANCHES = 120
MAX_EVERY = 1_200
_LONGEST_UNIT_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Everything a schedule follows from; changing any of it makes a new version.

    ``rate_bps`` is the nominal yearly rate; ``rate_steps`` change it on given days.
    Without ``tranches`` the whole principal goes out on ``disbursed_on``.
    ``plan`` is the principal of each instalment of the method ``custom``;
    ``due_dates`` names every date of a plan without a regular frequency, each of
    whose periods then counts as one of the frequency's under Act/Act ICMA.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    principal: Money
    rate_bps: RateBps
    instalments: int
    disbursed_on: date
    first_due_on: date
    method: Method = Method.ANNUITY
    frequency: Frequency = MONTHLY
    day_count: DayCount = DayCount.ACT_ACT_ICMA
    rounding: RoundingRule | None = None
    month_end: MonthEnd = MonthEnd.CLAMP
    holidays: Holidays = field(default_factory=Holidays)
    grace: Grace = field(default_factory=Grace)
    fees: Fees = field(default_factory=Fees)
    late: LateTerms = field(default_factory=LateTerms)
    waterfall: tuple[Bucket, ...] = DEFAULT_WATERFALL
    excess: Excess = Excess.NEXT
    payoff: PayoffRule = PayoffRule.TO_DATE
    accrual: Accrual = Accrual.SCHEDULED
    tranches: tuple[Tranche, ...] = ()
    rate_steps: tuple[RateStep, ...] = ()
    balloon: Balloon | None = None
    plan: tuple[Money, ...] = ()
    due_dates: tuple[date, ...] = ()
    pauses: tuple[Pause, ...] = ()
    shifts: tuple[Shift, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        if self.rounding is None:
            rule = RoundingRule.of(self.currency)
            object.__setattr__(self, "rounding", rule)
        for check in _CHECKS:
            check(self)

    @property
    def currency(self) -> Currency:
        """The one currency of the agreement."""
        return self.principal.currency

    @property
    def rounds(self) -> RoundingRule:
        """The rounding rule, named or the currency's usual one."""
        return self.rounding or RoundingRule.of(self.currency)

    @cached_property
    def rate(self) -> Fraction:
        """The first nominal yearly rate as a fraction of one."""
        return Fraction(self.rate_bps) / BPS_PER_ONE

    def rate_on(self, day: date) -> Fraction:
        """Return the nominal yearly rate that holds on a day."""
        held = [step.rate_bps for step in self.rate_steps if step.starts_on <= day]
        return Fraction(held[-1]) / BPS_PER_ONE if held else self.rate

    def starting(self, disbursed_on: date, first_due_on: date) -> "Terms":
        """Return the same terms for the day the money really went out."""
        return replace(self, disbursed_on=disbursed_on, first_due_on=first_due_on)

    def to_json(self) -> dict[str, JsonValue]:
        """Write the terms as strings, whole numbers, lists and objects."""
        written: dict[str, JsonValue] = _ADAPTER.dump_python(self, mode="json")
        return written

    @classmethod
    def from_json(cls, written: dict[str, JsonValue]) -> "Terms":
        """Read what ``to_json`` wrote; anything else is refused by field."""
        try:
            return _ADAPTER.validate_json(json.dumps(written), strict=True)
        except ValidationError as error:
            field_name, reason = _fault(error)
            raise TermsInvalid(field=field_name, reason=reason) from None


def _fault(error: ValidationError) -> tuple[str, str]:
    """Name the field that is wrong; a field we do not know is not repeated."""
    first = error.errors()[0]
    unknown = first["type"] in ("extra_forbidden", "unexpected_keyword_argument")
    known = first["loc"][:-1] if unknown else first["loc"]
    reason = "has a field that is not known" if unknown else "cannot be read"
    return ".".join(map(str, known)) or "request", reason


def _refuse(condition: object, field_name: str, reason: str) -> None:
    if condition:
        raise TermsInvalid(field=field_name, reason=reason)


def _check_size(terms: Terms) -> None:
    _refuse(terms.principal.minor <= 0, "principal", "must be more than zero")
    step = terms.currency.settlement_step
    _refuse(terms.principal.minor % step, "principal", "must be payable to the unit")
    in_range = 1 <= terms.instalments <= MAX_INSTALMENTS
    _refuse(not in_range, "instalments", f"must be from 1 to {MAX_INSTALMENTS}")
    rates = [terms.rate_bps, *(change.rate_bps for change in terms.rate_steps)]
    _refuse(
        not all(0 <= rate <= MAX_RATE_BPS for rate in rates),
        "rate_bps",
        f"must be from 0 to {MAX_RATE_BPS}",
    )
    _refuse(
        not 1 <= terms.frequency.every <= MAX_EVERY,
        "frequency",
        f"must be every 1 to {MAX_EVERY}",
    )
    most = f"must be {MAX_TRANCHES} at most"
    _refuse(len(terms.tranches) > MAX_TRANCHES, "tranches", most)
    changes = (terms.pauses, terms.shifts, terms.rate_steps)
    _refuse(
        any(len(some) > MAX_INSTALMENTS for some in changes),
        "pauses, shifts and rate_steps",
        f"must be {MAX_INSTALMENTS} at most",
    )
    steps = (terms.rounds.interest_step, terms.rounds.instalment_step)
    _refuse(
        any(size < 1 or size % step for size in steps),
        "rounding",
        "must have steps that can be paid",
    )


def _check_dates(terms: Terms) -> None:
    _refuse(
        terms.first_due_on <= terms.disbursed_on,
        "first_due_on",
        "must be after the disbursement",
    )
    days = [tranche.on for tranche in terms.tranches]
    _refuse(days != sorted(days), "tranches", "must be in the order of their dates")
    _refuse(
        days and days[0] != terms.disbursed_on,
        "tranches",
        "must begin on the day of disbursement",
    )
    changes = [change.starts_on for change in terms.rate_steps]
    _refuse(changes != sorted(set(changes)), "rate_steps", "must be on days in order")


def _check_span(terms: Terms) -> None:
    """Refuse what runs out of the calendar, which ends with the year 9999."""
    longer = terms.balloon.amortised_over if terms.balloon else None
    unit_days = _LONGEST_UNIT_DAYS[terms.frequency.unit]
    days = max(terms.instalments, longer or 0) * terms.frequency.every * unit_days
    ends = [terms.first_due_on, *terms.due_dates[-1:]]
    ends += [shift.to for shift in terms.shifts]
    _refuse(
        terms.disbursed_on < FIRST_DAY,
        "disbursed_on",
        "must not be before the year 1900",
    )
    _refuse(
        max(ends).toordinal() + days > LAST_DAY.toordinal(),
        "instalments",
        "must end before the year 9000",
    )


def _check_calendar(terms: Terms) -> None:
    named = terms.due_dates
    _refuse(list(named) != sorted(set(named)), "due_dates", "must be in order")
    _refuse(
        named and (len(named) != terms.instalments or named[0] != terms.first_due_on),
        "due_dates",
        "must name every instalment, the first date first",
    )
    numbers = [pause.first for pause in terms.pauses]
    numbers += [shift.number for shift in terms.shifts]
    _refuse(
        any(not 1 <= number <= terms.instalments for number in numbers),
        "instalment",
        "must be one of the plan",
    )
    for pause in terms.pauses:
        ends = pause.first + pause.count
        _refuse(
            pause.count < 1 or ends > terms.instalments, "pauses", "must end earlier"
        )


def _check_accrual(terms: Terms) -> None:
    kept = terms.grace.interest or terms.pauses
    fixed = terms.method in (Method.FLAT, Method.BULLET)
    _refuse(
        terms.accrual is Accrual.DAILY and (kept or fixed),
        "accrual",
        "cannot be daily when interest is flat or put off",
    )
    _refuse(
        terms.rounds.unrounded and (kept or terms.grace.principal or terms.tranches),
        "rounding",
        "cannot be unrounded with grace, pauses or tranches",
    )
    open_ended = terms.balloon is not None and terms.balloon.amortised_over
    placed = terms.rounds.remainder is Remainder.FIRST or terms.rounds.evening
    _refuse(
        placed and (terms.rounds.unrounded or open_ended),
        "rounding",
        "must leave the remainder in the last instalment of such a plan",
    )


def _check_clauses(terms: Terms) -> None:
    grace, last = terms.grace, terms.instalments - 1
    _refuse(not 0 <= grace.principal <= last, "grace.principal", "must end earlier")
    _refuse(not 0 <= grace.interest <= last, "grace.interest", "must end earlier")
    money = [terms.fees.upfront, terms.fees.instalment, terms.late.cap]
    money += [*terms.plan, *(tranche.amount for tranche in terms.tranches)]
    for amount in money:
        wrong = amount is not None and amount.currency is not terms.currency
        _refuse(wrong, "currency", "must be the same in every amount")
        _refuse(
            amount is not None and amount.minor < 0, "amount", "must not be negative"
        )
    bps = (terms.fees.instalment_bps, terms.late.fee_bps, terms.late.cap_bps or 0)
    _refuse(
        any(not 0 <= part <= BPS_PER_ONE for part in bps),
        "fees",
        f"must be from 0 to {BPS_PER_ONE} basis points",
    )
    _refuse(terms.late.grace_days < 0, "late.grace_days", "must not be negative")
    complete = (
        len(terms.waterfall) == len(set(terms.waterfall)) == len(DEFAULT_WATERFALL)
    )
    _refuse(not complete, "waterfall", "must name each of the 12 buckets once")


def _check_method(terms: Terms) -> None:
    parts = Money.sum((part.amount for part in terms.tranches), terms.currency)
    _refuse(
        terms.tranches and parts != terms.principal,
        "tranches",
        "must sum to the principal",
    )
    custom = terms.method is Method.CUSTOM
    _refuse(custom != bool(terms.plan), "plan", "belongs to the method custom")
    if custom:
        planned = Money.sum(terms.plan, terms.currency)
        _refuse(planned != terms.principal, "plan", "must sum to the principal")
        _refuse(
            len(terms.plan) != terms.instalments, "plan", "must name every instalment"
        )
    balloon = terms.method is Method.BALLOON
    _refuse(balloon != bool(terms.balloon), "balloon", "belongs to the method balloon")
    if terms.balloon is not None:
        _check_balloon(terms, terms.balloon)


def _check_balloon(terms: Terms, balloon: Balloon) -> None:
    one = (balloon.amount is None) != (balloon.amortised_over is None)
    _refuse(not one, "balloon", "must be an amount or a longer life, not both")
    if balloon.amount is not None:
        _refuse(
            not 0 < balloon.amount.minor <= terms.principal.minor,
            "balloon.amount",
            "must be part of the principal",
        )
    longer = terms.instalments <= (balloon.amortised_over or MAX_INSTALMENTS)
    _refuse(
        not longer or (balloon.amortised_over or 0) > MAX_INSTALMENTS,
        "balloon.amortised_over",
        "must be longer than the term",
    )
    _refuse(
        terms.due_dates and balloon.amortised_over,
        "balloon.amortised_over",
        "needs a regular frequency",
    )


_CHECKS = (
    _check_size,
    _check_dates,
    _check_span,
    _check_calendar,
    _check_clauses,
    _check_method,
    _check_accrual,
)
_ADAPTER = TypeAdapter(Terms)
