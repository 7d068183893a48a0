"""The loans of a simulated portfolio: every method, both currencies, few and many notes."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.months import add_months
from contracts.terms import (
    Accrual,
    Excess,
    Fees,
    LateTerms,
    Method,
    PayoffRule,
    Terms,
)
from ledger.money import Currency, Money

FIRST_DAY = date(2026, 1, 15)
_METHODS = (
    Method.ANNUITY,
    Method.ANNUITY,
    Method.EQUAL_PRINCIPAL,
    Method.INTEREST_ONLY,
)
_MONTHS = (6, 12, 18, 24, 36)


@dataclass(frozen=True)
class Planned:
    """A loan to be made: its terms, and what each of its lenders gives."""

    terms: Terms
    parts: list[int]


def planned(seed: int, number: int, currencies: tuple[Currency, ...]) -> Planned:
    """Return the terms of one loan and its lenders' parts."""
    chance = random.Random(f"terms {seed}/{number}")
    currency = chance.choice(currencies)
    unit = {Currency.USD: 100, Currency.KHR: 400_000}[currency]
    principal = Money(chance.randint(500, 20_000) * unit, currency)
    starts_on = FIRST_DAY + timedelta(days=chance.randint(0, 27))
    terms = Terms(
        principal=principal,
        rate_bps=chance.randint(500, 1_500),
        instalments=chance.choice(_MONTHS),
        disbursed_on=starts_on,
        first_due_on=add_months(starts_on, 1),
        method=chance.choice(_METHODS),
        accrual=chance.choice(list(Accrual)),
        excess=chance.choice(list(Excess)),
        payoff=chance.choice(list(PayoffRule)),
        late=LateTerms(
            grace_days=5, fee_bps=500, cap=Money(5_000 * unit // 100, currency)
        ),
        fees=Fees(),
    )
    lenders = chance.randint(1, 6)
    weights = [chance.randint(1, 5) for _ in range(lenders)]
    return Planned(terms, [part.minor for part in principal.split(weights)])
