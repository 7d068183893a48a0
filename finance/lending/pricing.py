"""Bring risk and contract together: the price of a firm's risk on a real schedule."""

from collections.abc import Sequence
from datetime import date

from contracts import schedule
from finance.lending import rules
from finance.rulepacks import RulePack
from ledger.money import Money
from risk import decision
from risk.decision import Application, Candidate, Costs, Decision, Policy, Source


def policy_of(pack: RulePack, on: date) -> Policy:
    """Return what a price is made of in this market on a day, and its cap."""
    return Policy(
        Costs(
            funds_bps=pack.bps("price_funds", on=on),
            servicing_bps=pack.bps("price_servicing", on=on),
            margin_bps=pack.bps("price_margin", on=on),
            capital_return_bps=pack.bps("price_capital_return", on=on),
            lgd_bps=pack.bps("price_lgd", on=on),
        ),
        cap_bps=pack.bps("apr_cap", on=on),
    )


def assess(
    pack: RulePack,
    sources: Sequence[Source],
    *,
    amount: Money,
    term_months: int,
    on: date,
) -> Decision:
    """Decide on a request: its score, its price, and whether the cap allows it.

    Exposures are those of the schedule without interest, so that they do not hang on
    the price that hangs on them; interest moves them by less than a rate step.
    """
    policy = policy_of(pack, on)

    def apr_bps(months: int, rate_bps: int) -> int:
        terms = rules.terms_of(
            pack, amount, term_months=months, rate_bps=rate_bps, starts_on=on
        )
        return rules.quote(terms).apr_bps

    shortest = pack.months("loan_term_min", on=on)
    shorter = [months for months in (9, 6, 3) if shortest <= months < term_months]
    asked = Application(
        amount.currency,
        amount.minor,
        _instalment(pack, amount, term_months, on=on),
        on,
        tuple(
            Candidate(months, _exposures(pack, amount, months, on))
            for months in (term_months, *shorter)
        ),
        apr_bps,
    )
    return decision.assess(sources, asked, policy)


def _exposures(pack: RulePack, amount: Money, months: int, on: date) -> tuple[int, ...]:
    """Return what is owed during each month."""
    terms = rules.terms_of(pack, amount, term_months=months, rate_bps=0, starts_on=on)
    rows = schedule.build(terms).rows
    return tuple(row.balance_minor + row.principal_minor for row in rows)


def _instalment(pack: RulePack, amount: Money, months: int, *, on: date) -> int:
    """Return the regular payment if the loan cost all that the cap allows."""
    cap = pack.bps("apr_cap", on=on)
    terms = rules.terms_of(pack, amount, term_months=months, rate_bps=cap, starts_on=on)
    return schedule.build(terms).rows[0].payment.minor
