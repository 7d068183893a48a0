"""Quote a loan: what this market's terms make of an amount, a term and a method."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contracts import apr, schedule
from contracts.months import add_months
from contracts.schedule import Schedule
from contracts.terms import (
    Accrual,
    Excess,
    Fees,
    HolidayRule,
    Holidays,
    LateTerms,
    Method,
    Terms,
)
from finance import holidays, rulepacks
from finance.lending.errors import (
    AmountOutsideLimits,
    MethodNotOffered,
    TermOutsideLimits,
)
from finance.rulepacks import RulePack
from ledger.database import UnitOfWork
from ledger.money import BPS_PER_ONE, Money, Rounding
from risk.decision import Security

OFFERED: Final = (
    Method.ANNUITY,
    Method.EQUAL_PRINCIPAL,
    Method.INTEREST_ONLY,
    Method.BULLET,
    Method.FLAT,
)
# An offer is open and an agreement waits for a signature for some months at most.
_STARTS_WITHIN_MONTHS: Final = 6


@dataclass(frozen=True)
class LoanRequest:
    """What a firm asks for."""

    amount: Money
    term_months: int
    method: Method = Method.ANNUITY
    security: Security | None = None

    def require_within_limits(self, pack: RulePack, on: date) -> None:
        """Refuse a loan too small, too large, too short, too long, or paid back oddly."""
        amount, months = self.amount, self.term_months
        amount.require_positive()
        amount.require_settleable()
        least = pack.money("loan_amount_min", amount.currency, on=on)
        most = pack.money("loan_amount_max", amount.currency, on=on)
        if not least <= amount <= most:
            raise AmountOutsideLimits(least_minor=least.minor, most_minor=most.minor)
        shortest = pack.months("loan_term_min", on=on)
        longest = pack.months("loan_term_max", on=on)
        if not shortest <= months <= longest:
            raise TermOutsideLimits(least=shortest, most=longest)
        if self.method not in OFFERED:
            raise MethodNotOffered(method=self.method.value)


@dataclass(frozen=True)
class Quote:
    """A price with everything that follows from it, and the cap it is held against."""

    terms: Terms
    schedule: Schedule
    apr_bps: int
    cap_bps: int

    @property
    def is_within_cap(self) -> bool:
        """Whether the true yearly cost is one the market allows."""
        return self.apr_bps <= self.cap_bps

    def to_json(self) -> dict[str, Any]:
        """Write what was quoted as plain values; instalments follow from the terms."""
        return {
            "terms": self.terms.to_json(),
            "apr_bps": self.apr_bps,
            "interest_minor": str(self.schedule.interest.minor),
            "total_minor": str(self.schedule.payment.minor),
        }

    @property
    def upfront_fee(self) -> Money:
        """What is kept back when the money goes out."""
        return self.terms.fees.upfront or Money(0, self.terms.currency)

    @property
    def paid_out(self) -> Money:
        """What reaches the firm."""
        return self.terms.principal - self.upfront_fee

    @property
    def total_cost(self) -> Money:
        """The total cost of the credit: all interest and every fee."""
        return self.schedule.interest + self.schedule.fees + self.upfront_fee


async def days_off(uow: UnitOfWork, pack: RulePack) -> tuple[date, ...]:
    """Return the days off that a loan quoted today may meet."""
    today = uow.today()
    longest = pack.months("loan_term_max", on=today) + _STARTS_WITHIN_MONTHS
    last = add_months(today, longest)
    return await holidays.holidays_between(uow, first=today, last=last)


async def quote_loan(
    uow: UnitOfWork, *, wanted: LoanRequest, rate_bps: int | None = None
) -> Quote:
    """Quote a loan before anybody has applied: at a rate, or the dearest allowed.

    Raises:
        AmountOutsideLimits, TermOutsideLimits, MethodNotOffered: The market's rules.
    """
    pack, today = rulepacks.home(), uow.today()
    wanted.require_within_limits(pack, today)
    off = await days_off(uow, pack)
    if rate_bps is None:
        return dearest(pack, wanted, starts_on=today, off=off)
    return quote(
        pack, terms_of(pack, wanted, rate_bps=rate_bps, starts_on=today, off=off)
    )


def terms_of(
    pack: RulePack,
    wanted: LoanRequest,
    *,
    rate_bps: int,
    starts_on: date,
    off: Iterable[date] = (),
) -> Terms:
    """Return the terms this market gives a loan at a rate, as from a day.

    A payment due on a day without banking is due on the next banking day.
    """
    amount, months = wanted.amount, wanted.term_months
    fee = amount.times_bps(
        pack.bps("platform_fee", on=starts_on), rounding=Rounding.HALF_EVEN
    )
    late = LateTerms(
        grace_days=pack.days("late_fee_grace", on=starts_on),
        fee_bps=pack.bps("late_fee", on=starts_on),
        cap=pack.money("late_fee_cap", amount.currency, on=starts_on),
    )
    last = add_months(starts_on, months + _STARTS_WITHIN_MONTHS)
    known = tuple(day for day in off if starts_on <= day <= last)
    return Terms(
        principal=amount,
        rate_bps=rate_bps,
        instalments=months,
        disbursed_on=starts_on,
        first_due_on=add_months(starts_on, 1),
        method=wanted.method,
        holidays=Holidays(HolidayRule.FOLLOWING, known),
        fees=Fees(upfront=fee),
        late=late,
        accrual=Accrual.SCHEDULED,
        excess=Excess.NEXT,
    )


def quote(pack: RulePack, terms: Terms) -> Quote:
    """Price terms in full: every instalment, and the true yearly cost."""
    cap_bps = pack.bps("apr_cap", on=terms.disbursed_on)
    return Quote(terms, schedule.build(terms), apr_bps(terms), cap_bps)


def apr_bps(terms: Terms) -> int:
    """Return the true yearly cost in whole basis points."""
    return int((apr.of(terms) * BPS_PER_ONE).to_integral_value())


def dearest(
    pack: RulePack, wanted: LoanRequest, *, starts_on: date, off: Iterable[date] = ()
) -> Quote:
    """Quote the highest rate whose true yearly cost the market allows.

    No interest at all is quoted where fees alone cost more than is allowed.
    """
    low, high = 0, pack.bps("apr_cap", on=starts_on) + 1
    known = tuple(off)
    while high - low > 1:
        middle = (low + high) // 2
        terms = terms_of(pack, wanted, rate_bps=middle, starts_on=starts_on, off=known)
        if quote(pack, terms).is_within_cap:
            low = middle
        else:
            high = middle
    return quote(
        pack, terms_of(pack, wanted, rate_bps=low, starts_on=starts_on, off=known)
    )
