"""Fit one monotone curve per feature: sign-constrained logistic regression on pieces.

Values are laid on a signed logarithm, cut into pieces, and each piece may only raise
the log-odds of repaying in the direction the feature points. Two quadratic terms hold
the curves back: their spread over the loans, and changes of slope.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from risk.training.settings import Settings

Numbers = NDArray[np.float64]
_WEAK_QUARTILE = 0.25
_BALANCED = 0.5
_DROPPED_AT_ONCE = 0.8


@dataclass(frozen=True)
class Curve:
    """A feature's rising line: log-odds of repaying over its signed logarithm."""

    feature: int
    sign: int
    unknown_at: float
    knots: Numbers
    rises: Numbers

    def log_odds(self, values: Numbers) -> Numbers:
        """Return the rise at each value; unknown counts as a weak quartile."""
        return _pieces(lay(values, self.sign, self.unknown_at), self.knots) @ self.rises


@dataclass(frozen=True)
class Fitted:
    """A level and the chosen curves; their sum is the log-odds of repaying."""

    level: float
    curves: tuple[Curve, ...]

    def log_odds(self, values: Numbers) -> Numbers:
        """Return the log-odds of repaying for rows of features."""
        total = np.full(len(values), self.level)
        for curve in self.curves:
            total = total + curve.log_odds(values[:, curve.feature])
        return total


def lay(values: Numbers, sign: int, unknown_at: float) -> Numbers:
    """Lay values on a signed logarithm, better ones to the right."""
    laid = sign * np.sign(values) * np.log1p(np.abs(values))
    return np.where(np.isnan(laid), unknown_at, laid)


def fit_curves(
    values: Numbers, bad: Numbers, signs: Sequence[int], settings: Settings
) -> Fitted:
    """Fit, dropping the flattest curves until few enough are left."""
    curves = [
        curve
        for number, sign in enumerate(signs)
        if (
            curve := _start(
                (number, sign), values[:, number], bad=bad, settings=settings
            )
        )
    ]
    while True:
        level, fitted = _fit_rises(curves, values, 1 - bad, settings)
        spreads = [curve.log_odds(values[:, curve.feature]).std() for curve in fitted]
        kept = _kept(spreads, settings)
        if len(kept) == len(curves):
            return Fitted(level, tuple(fitted))
        curves = [curves[number] for number in kept]


def _kept(spreads: Sequence[float], settings: Settings) -> list[int]:
    widest = sorted(range(len(spreads)), key=lambda number: -spreads[number])
    kept = [n for n in widest if spreads[n] > settings.least_spread]
    if len(kept) > settings.max_features:
        # A few at a time, so that what stands in for another is not lost with it.
        kept = kept[: max(settings.max_features, int(len(kept) * _DROPPED_AT_ONCE))]
    return sorted(kept)


def _start(
    signed: tuple[int, int], values: Numbers, *, bad: Numbers, settings: Settings
) -> Curve | None:
    number, sign = signed
    known = ~np.isnan(values)
    if not known.any() or 1 - known.mean() > settings.most_unknown:
        return None
    laid = lay(values[known], sign, 0.0)
    knots = _balanced_quantiles(laid, bad[known], settings)
    if len(knots) < 2:  # noqa: PLR2004 - a line needs two ends
        return None
    return Curve(
        number,
        sign,
        float(np.quantile(laid, _WEAK_QUARTILE)),
        knots,
        np.zeros(len(knots) - 1),
    )


def _balanced_quantiles(laid: Numbers, bad: Numbers, settings: Settings) -> Numbers:
    """Cut where loans lie when good and bad ones weigh the same."""
    order = np.argsort(laid, kind="stable")
    was_bad = bad[order]
    weights = np.where(
        was_bad == 1,
        _BALANCED / max(was_bad.sum(), 1),
        _BALANCED / max((1 - was_bad).sum(), 1),
    )
    reached = np.cumsum(weights) - weights / 2
    cuts = np.linspace(settings.ends, 1 - settings.ends, settings.pieces + 1)
    return np.unique(np.interp(cuts, reached, laid[order]))


def _pieces(laid: Numbers, knots: Numbers) -> Numbers:
    return np.clip((laid[:, None] - knots[:-1]) / np.diff(knots), 0.0, 1.0)


def _fit_rises(
    curves: Sequence[Curve], values: Numbers, good: Numbers, settings: Settings
) -> tuple[float, list[Curve]]:
    laid = [lay(values[:, c.feature], c.sign, c.unknown_at) for c in curves]
    blocks = [_pieces(x, c.knots) for x, c in zip(laid, curves, strict=True)]
    sizes = [block.shape[1] for block in blocks]
    design = np.hstack(blocks) if blocks else np.zeros((len(good), 0))
    middle = design.mean(axis=0)
    penalty = np.zeros((design.shape[1], design.shape[1]))
    places = np.cumsum([0, *sizes])
    for place, x, curve, block in zip(places, laid, curves, blocks, strict=False):
        part = slice(place, place + block.shape[1])
        penalty[part, part] = _held_back(x, curve.knots, block, settings)
    level, rises = _maximise(design - middle, good, penalty)
    return level - float(middle @ rises), [
        Curve(c.feature, c.sign, c.unknown_at, c.knots, rises[place : place + size])
        for c, place, size in zip(curves, places, sizes, strict=False)
    ]


def _held_back(
    laid: Numbers, knots: Numbers, block: Numbers, settings: Settings
) -> Numbers:
    """Return the quadratic form that charges a curve for spread and for bends."""
    centred = block - block.mean(axis=0)
    spread = centred.T @ centred / len(block)
    widths = np.diff(knots) / laid.std()
    slopes = np.diag(1 / widths)
    bends = np.diff(slopes, axis=0)
    form: Numbers = settings.ridge * spread + settings.smoothness * bends.T @ bends
    return form


def _maximise(
    design: Numbers, good: Numbers, penalty: Numbers
) -> tuple[float, Numbers]:
    """Find the level and the rises, none below zero, of greatest penalised likelihood."""

    def loss(point: Numbers) -> tuple[float, Numbers]:
        level, rises = point[0], point[1:]
        log_odds = level + design @ rises
        held = penalty @ rises
        off = 1 / (1 + np.exp(-np.clip(log_odds, -500, 500))) - good
        value = np.logaddexp(0, log_odds).sum() - good @ log_odds + rises @ held / 2
        return float(value), np.concatenate(([off.sum()], design.T @ off + held))

    share = good.mean()
    start = np.concatenate(([np.log(share / (1 - share))], np.zeros(design.shape[1])))
    bounds = [(None, None), *[(0, None)] * design.shape[1]]
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds,
        options={"maxiter": 1000, "ftol": 1e-10},
    )  # fmt: skip
    return float(found.x[0]), found.x[1:]
