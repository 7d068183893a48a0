"""How bad a bad year may be: defaults that move together with one factor, simulated.

Each firm defaults when a mix of the economy's factor and its own luck falls below what its
PD says (Vasicek 1987). The factor is drawn once from each of equally likely slices, so the
tail of the economy is never left to chance; firms' own luck is drawn loan by loan, which is
what a granular formula leaves out. Needs numpy (the extra ``train``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any, Final

from ledger.errors import Unavailable, ensure
from ledger.money import BPS_PER_ONE
from risk.pricing import ASSET_CORRELATION

try:
    import numpy as np
except ImportError:  # the extra is not installed
    np = None  # type: ignore[assignment]  # who asks for it is told

NORMAL: Final = NormalDist()
DEFAULT_PATHS: Final = 10_000
MAX_PATHS: Final = 200_000
_WORDS: Final = 2**32
_GRID: Final = 8.5
_STEPS: Final = 34_001
_BLOCK: Final = 64


@dataclass(frozen=True)
class Obligor:
    """One loan's PD for a year and what is lost if it defaults, in minor units."""

    pd_bps: int
    loss_minor: int


@dataclass(frozen=True)
class LossCurve:
    """Simulated losses of a portfolio in a year, in minor units; ``paths`` were drawn."""

    paths: int
    exposed_minor: int
    mean_minor: int
    quantiles_minor: dict[str, int]


def granular_loss(
    pd: float, quantile: float, correlation: float = ASSET_CORRELATION
) -> float:
    """Return the share of an endless pool that defaults in a year as bad as a quantile."""
    if not 0 < pd < 1:
        return pd
    shock = correlation**0.5 * NORMAL.inv_cdf(quantile)
    return NORMAL.cdf((NORMAL.inv_cdf(pd) + shock) / (1 - correlation) ** 0.5)


def simulate(
    obligors: Sequence[Obligor],
    *,
    paths: int = DEFAULT_PATHS,
    seed: int = 1,
    correlation: float = ASSET_CORRELATION,
) -> LossCurve:
    """Draw a year's losses of a portfolio many times; the same seed gives the same.

    Raises:
        Unavailable: numpy is not installed.
    """
    if np is None:
        raise Unavailable("numpy is missing: install tonle[train]")
    ensure(0 < paths <= MAX_PATHS, "a simulation draws a bounded number of paths")
    losses = _drawn(obligors, paths, seed, correlation)
    named = {"50%": 0.5, "95%": 0.95, "99%": 0.99, "99.9%": 0.999}
    return LossCurve(
        paths,
        sum(one.loss_minor for one in obligors),
        round(float(losses.mean())),
        {name: round(float(np.quantile(losses, q))) for name, q in named.items()},
    )


def _drawn(
    obligors: Sequence[Obligor], paths: int, seed: int, correlation: float
) -> Any:
    """Return each path's loss. Loans of one PD share the chance that a path gives them."""
    generator = np.random.Generator(np.random.SFC64(seed))
    slices = (np.arange(paths) + generator.random(paths)) / paths
    factor = _normal_table().inverse(slices)
    losses = np.zeros(paths)
    by_pd: dict[int, list[int]] = {}
    for one in obligors:
        by_pd.setdefault(one.pd_bps, []).append(one.loss_minor)
    for pd_bps, amounts in sorted(by_pd.items()):
        chance = _chances(pd_bps / BPS_PER_ONE, factor, correlation)
        for start in range(0, len(amounts), _BLOCK):
            block = np.array(amounts[start : start + _BLOCK], dtype=np.float64)
            luck = generator.integers(
                0, _WORDS, size=(len(block), paths), dtype=np.uint32
            )
            row, path = np.nonzero(luck < chance)
            losses += np.bincount(path, weights=block[row], minlength=paths)
    return losses


def _chances(pd: float, factor: Any, correlation: float) -> Any:
    """Return, for each path, how many of 2**32 draws mean default."""
    if not 0 < pd < 1:
        return np.full(factor.shape, min(int(pd * _WORDS), _WORDS - 1), dtype=np.uint32)
    threshold = NORMAL.inv_cdf(pd) - correlation**0.5 * factor
    chance = _normal_table().cumulative(threshold / (1 - correlation) ** 0.5)
    return (chance * (_WORDS - 1)).astype(np.uint32)


class _NormalTable:
    """The normal distribution read off a fine grid: numpy alone has none."""

    def __init__(self) -> None:
        self.places = np.linspace(-_GRID, _GRID, _STEPS)
        self.values = np.array([NORMAL.cdf(place) for place in self.places])

    def cumulative(self, places: Any) -> Any:
        return np.interp(places, self.places, self.values)

    def inverse(self, shares: Any) -> Any:
        return np.interp(shares, self.values, self.places)


@cache
def _normal_table() -> _NormalTable:
    return _NormalTable()
