"""Expected credit loss by IFRS 9: month by month over what is still to be paid.

loss = sum over months of (chance to default in the month) x (owed then) x (lost of it),
discounted at the loan's own rate. Stage 1 counts twelve months (5.5.5), stage 2 the whole
life (5.5.3), stage 3 takes the default as a fact. Scenarios are weighted (5.5.17), and a
loan is rounded once, at the end, so that a portfolio is the sum of its loans.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Final

from ledger.errors import ensure
from ledger.money import BPS_PER_ONE

MONTHS_PER_YEAR: Final = 12
PERFORMING, UNDERPERFORMING, IMPAIRED = 1, 2, 3
_ONE: Final = Decimal(1)
_DIGITS: Final = 34


@dataclass(frozen=True)
class Scenario:
    """A way the economy may go: its weight, and what it does to PD and LGD."""

    name: str
    weight_bps: int
    pd_factor_bps: int
    lgd_factor_bps: int


@dataclass(frozen=True)
class Exposure:
    """A loan as its expected loss needs it, in minor units.

    ``owed_minor`` has what is owed now, then at the start of each coming month;
    ``pd_bps`` is for twelve months; ``rate_bps`` is the yearly rate that discounts.
    """

    name: str
    stage: int
    pd_bps: int
    lgd_bps: int
    rate_bps: int | Decimal
    owed_minor: tuple[int, ...]


@dataclass(frozen=True)
class Allowance:
    """What is expected to be lost of a loan: in a year, in its life, and by its stage."""

    name: str
    stage: int
    gross_minor: int
    twelve_month_minor: int
    lifetime_minor: int

    @property
    def minor(self) -> int:
        """Return the allowance the loan's stage asks for."""
        if self.stage == PERFORMING:
            return self.twelve_month_minor
        return self.lifetime_minor


def allowance(exposure: Exposure, scenarios: Sequence[Scenario]) -> Allowance:
    """Return the expected loss of a loan over all scenarios, rounded half to even."""
    weights = sum(scenario.weight_bps for scenario in scenarios)
    ensure(weights == BPS_PER_ONE, "the weights of the scenarios are one together")
    ensure(exposure.owed_minor, "something is known of what is owed")
    with localcontext() as context:
        context.prec = _DIGITS
        year = life = Decimal(0)
        for scenario in scenarios:
            of_year, of_life = _losses(exposure, scenario)
            year += of_year * scenario.weight_bps / BPS_PER_ONE
            life += of_life * scenario.weight_bps / BPS_PER_ONE
    return Allowance(
        exposure.name,
        exposure.stage,
        exposure.owed_minor[0],
        _whole(year),
        _whole(life),
    )


def _losses(exposure: Exposure, scenario: Scenario) -> tuple[Decimal, Decimal]:
    """Return the loss of the coming twelve months and of the whole life."""
    lgd = _share(exposure.lgd_bps, scenario.lgd_factor_bps)
    if exposure.stage == IMPAIRED:
        lost = exposure.owed_minor[0] * lgd
        return lost, lost
    pd = _share(exposure.pd_bps, scenario.pd_factor_bps)
    survive = (_ONE - pd) ** (_ONE / MONTHS_PER_YEAR)
    discount = _ONE / (
        _ONE + Decimal(exposure.rate_bps) / BPS_PER_ONE / MONTHS_PER_YEAR
    )
    alive = worth = _ONE
    year = life = Decimal(0)
    for month, owed in enumerate(exposure.owed_minor):
        worth *= discount
        life += alive * (_ONE - survive) * owed * lgd * worth
        alive *= survive
        if month < MONTHS_PER_YEAR:
            year = life
    return year, life


def _share(bps: int, factor_bps: int) -> Decimal:
    """Return a share that a factor has moved, never more than the whole."""
    return min(Decimal(bps) * factor_bps / BPS_PER_ONE / BPS_PER_ONE, _ONE)


def _whole(minor: Decimal) -> int:
    return int(minor.quantize(_ONE, rounding=ROUND_HALF_EVEN))
