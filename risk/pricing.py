"""Price a loan from what it is expected to lose and what it costs to fund and serve.

rate = cost of funds + servicing + expected loss per exposed year + charge for the
capital behind unexpected loss + margin. The exposures are plain numbers, one a month,
given by whoever knows the contract; so is the arithmetic of the true yearly cost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from statistics import NormalDist
from typing import Any

from ledger.errors import ensure
from ledger.money import BPS_PER_ONE

MONTHS_PER_YEAR = 12
COVER_STEP_BPS = 500
# One firm's default moves with the economy: the usual figure for retail and small firms
# lies between 3 % and 16 % (Basel framework, CRE31); capital is held for 1 bad year in 1000.
ASSET_CORRELATION = 0.12
CAPITAL_QUANTILE = 0.999


class SecurityKind(StrEnum):
    """What may stand behind a loan besides the firm."""

    GUARANTEE = "guarantee"
    RECEIVABLES = "receivables"


@dataclass(frozen=True)
class Security:
    """A guarantor's promise or assigned claims, for a share of what is owed."""

    kind: SecurityKind
    cover_bps: int

    def to_json(self) -> dict[str, Any]:
        """Write the security as plain values."""
        return {"kind": self.kind.value, "cover_bps": self.cover_bps}


@dataclass(frozen=True)
class Costs:
    """What a lender needs: yearly basis points of the exposed sum, and losses given default.

    ``lgd_bps`` is lost of what nothing stands behind; of what a guarantee or assigned
    receivables cover, their own share is.
    """

    funds_bps: int
    servicing_bps: int
    margin_bps: int
    capital_return_bps: int
    lgd_bps: int
    guarantee_lgd_bps: int
    receivables_lgd_bps: int

    def secured_by(self, security: Security | None) -> "Costs":
        """Return the costs with the loss that is left beside a security, rounded up."""
        if security is None:
            return self
        covered = {
            SecurityKind.GUARANTEE: self.guarantee_lgd_bps,
            SecurityKind.RECEIVABLES: self.receivables_lgd_bps,
        }[security.kind]
        open_bps = BPS_PER_ONE - security.cover_bps
        ensure(0 <= open_bps <= BPS_PER_ONE, "a security covers a share of a loan")
        lost = self.lgd_bps * open_bps + min(covered, self.lgd_bps) * security.cover_bps
        return replace(self, lgd_bps=-(-lost // BPS_PER_ONE))


@dataclass(frozen=True)
class Price:
    """A yearly rate and the parts it is the sum of, in basis points."""

    rate_bps: int
    funds_bps: int
    servicing_bps: int
    expected_loss_bps: int
    capital_bps: int
    margin_bps: int
    lgd_bps: int

    def to_json(self) -> dict[str, Any]:
        """Write the parts as plain values."""
        return {
            "rate_bps": self.rate_bps,
            "funds_bps": self.funds_bps,
            "servicing_bps": self.servicing_bps,
            "expected_loss_bps": self.expected_loss_bps,
            "capital_bps": self.capital_bps,
            "margin_bps": self.margin_bps,
            "lgd_bps": self.lgd_bps,
        }


class Fit(StrEnum):
    """What must happen for the price to stay under the cap."""

    WITHIN = "within"
    SHORTEN = "shorten"
    LENGTHEN = "lengthen"
    GUARANTEE = "guarantee"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Candidate:
    """One term that could be offered, and what would be owed at each month's start."""

    term_months: int
    exposures_minor: tuple[int, ...]


@dataclass(frozen=True)
class CapTest:
    """How a price stands to the cap; the price itself is never clipped.

    ``cover_bps`` is the share of the loan that security stands behind at this price.
    """

    fit: Fit
    term_months: int
    price: Price
    apr_bps: int
    cap_bps: int | None
    cover_bps: int = 0


def price(exposures_minor: Sequence[int], pd_bps: int, costs: Costs) -> Price:
    """Price one schedule: marginal default by month, on what is owed that month."""
    loss = _expected_loss_bps(exposures_minor, pd_bps, costs.lgd_bps)
    capital = _capital_bps(pd_bps, costs)
    rate = costs.funds_bps + costs.servicing_bps + costs.margin_bps + loss + capital
    return Price(
        rate,
        costs.funds_bps,
        costs.servicing_bps,
        loss,
        capital,
        costs.margin_bps,
        costs.lgd_bps,
    )


def fit_cap(
    candidates: Sequence[Candidate],
    pd_bps: int,
    *,
    costs: Costs,
    cap_bps: int | None,
    apr_bps: Callable[[int, int], int],
    security: Security | None = None,
) -> CapTest:
    """Find terms whose true yearly cost stays under the cap: asked, nearest, secured.

    The first candidate is what was asked for; of the others the nearest that fits is
    named, the shorter of two; then the least cover that would do. ``apr_bps(term_months,
    rate_bps)`` tells the all-in yearly cost with every fee. A price above the cap is
    never clipped.
    """

    def tried(
        candidate: Candidate, fit: Fit, behind: Security | None = security
    ) -> CapTest:
        secured = costs.secured_by(behind)
        found = price(candidate.exposures_minor, pd_bps, secured)
        apr = apr_bps(candidate.term_months, found.rate_bps)
        cover = behind.cover_bps if behind else 0
        return CapTest(fit, candidate.term_months, found, apr, cap_bps, cover)

    asked = tried(candidates[0], Fit.WITHIN)
    if cap_bps is None or asked.apr_bps <= cap_bps:
        return asked
    for candidate in sorted(candidates[1:], key=_distance_from(asked.term_months)):
        shorter = candidate.term_months < asked.term_months
        test = tried(candidate, Fit.SHORTEN if shorter else Fit.LENGTHEN)
        if test.apr_bps <= cap_bps:
            return test
    kind = security.kind if security else SecurityKind.GUARANTEE
    for cover in range(
        asked.cover_bps + COVER_STEP_BPS, BPS_PER_ONE + 1, COVER_STEP_BPS
    ):
        test = tried(candidates[0], Fit.GUARANTEE, Security(kind, cover))
        if test.apr_bps <= cap_bps:
            return test
    return replace(asked, fit=Fit.REFUSE)


def _distance_from(term_months: int) -> Callable[[Candidate], tuple[int, int]]:
    """Order terms by how far they are from one, the shorter of two first."""
    return lambda item: (abs(item.term_months - term_months), item.term_months)


def _expected_loss_bps(exposures: Sequence[int], pd_bps: int, lgd_bps: int) -> int:
    """Return expected loss over the schedule by the years that money earns.

    A month's interest comes only from loans that live through it. With one hazard for
    all months the schedule's shape cancels out; how long the risk lasts does not.
    """
    ensure(exposures and min(exposures) >= 0 and exposures[0] > 0, "something is owed")
    with localcontext() as context:
        context.prec = 28
        one, alive = Decimal(1), Decimal(1)
        survive = (one - Decimal(pd_bps) / BPS_PER_ONE) ** (one / MONTHS_PER_YEAR)
        lost = exposed = Decimal(0)
        for owed in exposures:
            lost += alive * (one - survive) * owed
            alive *= survive
            exposed += alive * owed / MONTHS_PER_YEAR
        return int((lost * lgd_bps / exposed).quantize(one, rounding=ROUND_HALF_UP))


def _capital_bps(pd_bps: int, costs: Costs) -> int:
    """Charge for the capital behind a bad year: one-factor model, return asked on it."""
    if not 0 < pd_bps < BPS_PER_ONE:
        return 0
    normal, pd = NormalDist(), pd_bps / BPS_PER_ONE
    shock = ASSET_CORRELATION**0.5 * normal.inv_cdf(CAPITAL_QUANTILE)
    bad_year = normal.cdf((normal.inv_cdf(pd) + shock) / (1 - ASSET_CORRELATION) ** 0.5)
    unexpected = (bad_year - pd) * costs.lgd_bps / BPS_PER_ONE
    return round(unexpected * costs.capital_return_bps)
