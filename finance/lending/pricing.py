"""Bring risk and contract together: the price of a firm's risk on a real schedule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts import schedule
from finance.lending import quoting
from finance.lending.quoting import LoanRequest, terms_of
from finance.rulepacks import RulePack
from risk import decision
from risk.cashflow import WRITTEN_RULES, Rulebook
from risk.decision import (
    Application,
    Candidate,
    Costs,
    Decision,
    Limit,
    Policy,
    Source,
)
from risk.receivables import NO_BILLS, Bills
from risk.scoring import Scorecard

_QUARTER_MONTHS: Final = 3
# The rules that a price and its terms follow from, by the beginning of their keys.
_PRICED_BY: Final = (
    "apr_cap",
    "late_fee",
    "loan_amount",
    "loan_term",
    "platform_fee",
    "price_",
)


@dataclass(frozen=True)
class Context:
    """What stands around a request on its day: days off, room, model, bills, rules.

    Without a card the market's starting scorecard is used.
    """

    days_off: tuple[date, ...] = ()
    limits: tuple[Limit, ...] = ()
    card: Scorecard | None = None
    rulebook: Rulebook = WRITTEN_RULES
    bills: Bills = NO_BILLS


def policy_of(pack: RulePack, on: date) -> Policy:
    """Return what a price is made of in this market on a day, and its cap."""
    return Policy(
        Costs(
            funds_bps=pack.bps("price_funds", on=on),
            servicing_bps=pack.bps("price_servicing", on=on),
            margin_bps=pack.bps("price_margin", on=on),
            capital_return_bps=pack.bps("price_capital_return", on=on),
            lgd_bps=pack.bps("price_lgd", on=on),
            guarantee_lgd_bps=pack.bps("price_lgd_guarantee", on=on),
            receivables_lgd_bps=pack.bps("price_lgd_receivables", on=on),
        ),
        cap_bps=pack.bps("apr_cap", on=on),
    )


def assess(
    pack: RulePack,
    sources: Sequence[Source],
    *,
    wanted: LoanRequest,
    on: date,
    context: Context,
) -> Decision:
    """Decide on a request: its score, its price, whether the cap and limits allow it.

    Exposures are those of the schedule without interest, so that they do not hang on
    the price that hangs on them; interest moves them by less than a rate step.
    """
    policy, off = policy_of(pack, on), context.days_off

    def apr_bps(months: int, rate_bps: int) -> int:
        other = replace(wanted, term_months=months)
        terms = terms_of(pack, other, rate_bps=rate_bps, starts_on=on, off=off)
        return quoting.apr_bps(terms)

    asked = Application(
        wanted.amount.currency,
        wanted.amount.minor,
        _instalment(pack, wanted, on=on),
        on,
        tuple(
            Candidate(months, _exposures(pack, wanted, months, on))
            for months in (wanted.term_months, *_other_terms(pack, wanted, on))
        ),
        apr_bps,
        wanted.security,
        context.limits,
        {
            "method": wanted.method.value,
            "term_months": wanted.term_months,
            "days_off": [day.isoformat() for day in off],
            "rules": pack.in_force(on, *_PRICED_BY),
        },
        context.rulebook,
        context.bills,
    )
    return decision.assess(sources, asked, policy, context.card)


def _other_terms(pack: RulePack, wanted: LoanRequest, on: date) -> list[int]:
    """Return the whole quarters that could be asked for instead.

    Fees weigh more on a short loan, risk on a long one: either may be too dear.
    """
    shortest = pack.months("loan_term_min", on=on)
    longest = pack.months("loan_term_max", on=on)
    quarters = range(_QUARTER_MONTHS, longest + 1, _QUARTER_MONTHS)
    return [n for n in quarters if n >= shortest and n != wanted.term_months]


def _exposures(
    pack: RulePack, wanted: LoanRequest, months: int, on: date
) -> tuple[int, ...]:
    """Return what is owed during each month."""
    other = replace(wanted, term_months=months)
    terms = terms_of(pack, other, rate_bps=0, starts_on=on)
    rows = schedule.build(terms).rows
    return tuple(row.balance_minor + row.principal_minor for row in rows)


def _instalment(pack: RulePack, wanted: LoanRequest, *, on: date) -> int:
    """Return the regular payment if the loan cost all that the cap allows.

    What falls due at the end alone is to be saved for from the first month on.
    """
    cap = pack.bps("apr_cap", on=on)
    plan = schedule.build(terms_of(pack, wanted, rate_bps=cap, starts_on=on))
    return max(plan.rows[0].payment.minor, plan.payment.minor // wanted.term_months)
