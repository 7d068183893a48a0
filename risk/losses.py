"""How bad a bad year may be: defaults that move together with one factor, simulated.

Each firm defaults when a mix of the economy's factor and its own luck falls below what its
PD says (Vasicek 1987). The factor is drawn once from each of many slices, so the tail of the
economy is never left to chance, and half of the paths are bad years, weighed as the tenth
they are: a tail is told by paths in it. Firms' own luck is drawn loan by loan, which is what
a granular formula leaves out. Needs numpy (the extra ``train``).
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
BAD_YEARS: Final = 0.1
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
    ensure(1 < paths <= MAX_PATHS, "a simulation draws a bounded number of paths")
    losses, weights = _drawn(obligors, paths, seed, correlation)
    order = np.argsort(losses)
    reached = np.cumsum(weights[order]) - weights[order] / 2
    named = {"50%": 0.5, "95%": 0.95, "99%": 0.99, "99.9%": 0.999}
    return LossCurve(
        paths,
        sum(one.loss_minor for one in obligors),
        round(float(losses @ weights)),
        {
            name: round(float(np.interp(quantile, reached, losses[order])))
            for name, quantile in named.items()
        },
    )


def _drawn(
    obligors: Sequence[Obligor], paths: int, seed: int, correlation: float
) -> tuple[Any, Any]:
    """Return each path's loss and the share of years it stands for.

    Loans of one PD share the chance that a path gives them.
    """
    generator = np.random.Generator(np.random.SFC64(seed))
    factor, weights = _economies(paths, generator)
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
    return losses, weights


def _economies(paths: int, generator: Any) -> tuple[Any, Any]:
    """Draw the economy of each path, half of them from the worst tenth of years."""
    bad = paths // 2
    counts = np.repeat([bad, paths - bad], [bad, paths - bad])
    widths = np.repeat([BAD_YEARS, 1 - BAD_YEARS], [bad, paths - bad])
    starts = np.repeat([0.0, BAD_YEARS], [bad, paths - bad])
    places = np.concatenate((np.arange(bad), np.arange(paths - bad)))
    slices = starts + widths * (places + generator.random(paths)) / counts
    return _normal_table().inverse(slices), widths / counts


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
