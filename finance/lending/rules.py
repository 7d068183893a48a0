"""What lending decides: limits, terms and quotes, and who gets what of a receipt."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from contracts import apr, schedule
from contracts.loan import LoanState, Status
from contracts.months import add_months
from contracts.schedule import Schedule
from contracts.terms import Accrual, Excess, Fees, LateTerms, Terms
from finance.lending.errors import AmountOutsideLimits, TermOutsideLimits
from finance.lending.model import Claim
from finance.rulepacks import LoanClass, RulePack
from ledger.money import BPS_PER_ONE, Money, Rounding

_SHORT_LOAN_MONTHS: Final = 12
_MUCH_RISKIER_AFTER_DAYS: Final = 30


@dataclass(frozen=True)
class Quote:
    """A price with everything that follows from it."""

    terms: Terms
    schedule: Schedule
    apr_bps: int


def require_within_limits(
    pack: RulePack, amount: Money, term_months: int, on: date
) -> None:
    """Refuse a loan that is too small, too large, too short or too long."""
    amount.require_positive()
    amount.require_settleable()
    least = pack.money("loan_amount_min", amount.currency, on=on)
    most = pack.money("loan_amount_max", amount.currency, on=on)
    if not least <= amount <= most:
        raise AmountOutsideLimits(least_minor=least.minor, most_minor=most.minor)
    shortest = pack.months("loan_term_min", on=on)
    longest = pack.months("loan_term_max", on=on)
    if not shortest <= term_months <= longest:
        raise TermOutsideLimits(least=shortest, most=longest)


def terms_of(
    pack: RulePack, amount: Money, *, term_months: int, rate_bps: int, starts_on: date
) -> Terms:
    """Return the terms this market gives a loan at a rate, as from a day."""
    fee = amount.times_bps(
        pack.bps("platform_fee", on=starts_on), rounding=Rounding.HALF_EVEN
    )
    late = LateTerms(
        grace_days=pack.days("late_fee_grace", on=starts_on),
        fee_bps=pack.bps("late_fee", on=starts_on),
        cap=pack.money("late_fee_cap", amount.currency, on=starts_on),
    )
    return Terms(
        principal=amount,
        rate_bps=rate_bps,
        instalments=term_months,
        disbursed_on=starts_on,
        first_due_on=add_months(starts_on, 1),
        fees=Fees(upfront=fee),
        late=late,
        accrual=Accrual.SCHEDULED,
        excess=Excess.NEXT,
    )


def quote(terms: Terms) -> Quote:
    """Price terms in full: every instalment, and the true yearly cost."""
    yearly = apr.of(terms) * BPS_PER_ONE
    return Quote(terms, schedule.build(terms), int(yearly.to_integral_value()))


def lost_after(pack: RulePack, terms: Terms, on: date) -> int:
    """Return how many days late a loan of these terms counts as lost."""
    return _classes(pack, terms, on)[-1].from_days


def _classes(pack: RulePack, terms: Terms, on: date) -> tuple[LoanClass, ...]:
    """Return the table for loans of this length: up to a year, or longer."""
    months = terms.instalments * terms.frequency.every
    short = months <= _SHORT_LOAN_MONTHS
    return pack.classes("loan_classes_short" if short else "loan_classes_long", on=on)


class Stage(IntEnum):
    """The stages of IFRS 9: as agreed, much riskier than at the start, impaired."""

    PERFORMING = 1
    UNDERPERFORMING = 2
    IMPAIRED = 3


@dataclass(frozen=True)
class Grade:
    """How a supervisor and an accountant see a loan on a day."""

    name: str
    provision_bps: int
    stage: Stage


def grade(pack: RulePack, terms: Terms, state: LoanState) -> Grade:
    """Grade a loan by its days past due, by the table in force on the day.

    Stages by the presumptions of IFRS 9: B5.5.37, impaired at 90 days; 5.5.11, much
    riskier after 30, as also when its terms were eased (5.5.12).
    """
    late = state.days_past_due
    table = _classes(pack, terms, state.on)
    held = [one for one in table if one.from_days <= late][-1]
    lost = state.status is Status.WRITTEN_OFF
    if lost:
        held = table[-1]
    stage = Stage.PERFORMING
    if late > _MUCH_RISKIER_AFTER_DAYS or state.is_forborne:
        stage = Stage.UNDERPERFORMING
    if lost or late >= pack.days("default_after", on=state.on):
        stage = Stage.IMPAIRED
    return Grade(held.name, held.provision_bps, stage)


def claimed(state: LoanState) -> dict[Claim, Money]:
    """Return what a loan ever claimed for its lenders: due, paid or lost."""
    out, lost = state.outstanding, state.written_off
    principal = out.principal + lost.principal
    interest = out.interest + lost.interest
    fees = out.penalty + lost.penalty
    for allocation in state.allocations:
        principal += allocation.principal
        interest += allocation.interest
        fees += allocation.penalty
    return {Claim.PRINCIPAL: principal, Claim.INTEREST: interest, Claim.FEES: fees}
