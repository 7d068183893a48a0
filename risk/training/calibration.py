"""Turn a card's log-odds into probabilities, by a method that fits the number of defaults.

Few defaults bear two numbers (Platt 1999), some bear three (beta calibration, Kull et al.
2017), many bear a free rising line (isotonic). Platt's softened targets are left out: they
made probabilities too timid on the public loans, the same that docs/benchmarks.md measures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from scipy import optimize

from risk import watch
from risk.training.curves import Numbers

BETA_FROM_DEFAULTS = 300
ISOTONIC_FROM_DEFAULTS = 1_000
_INSIDE = 1e-9
_ONE_LOAN = 1.0


class Method(StrEnum):
    """How log-odds become probabilities."""

    PLATT = "platt"
    BETA = "beta"
    ISOTONIC = "isotonic"


@dataclass(frozen=True)
class Calibration:
    """A rising function from log-odds of default to its probability, and its numbers."""

    method: Method
    numbers: tuple[float, ...]
    probability: Callable[[Numbers], Numbers]


def calibrate(log_odds: Numbers, bad: Numbers) -> Calibration:
    """Fit probabilities to log-odds that the card gave loans it had not seen."""
    defaults = int(bad.sum())
    if defaults >= ISOTONIC_FROM_DEFAULTS:
        return _isotonic(log_odds, bad)
    if defaults >= BETA_FROM_DEFAULTS:
        return _beta(log_odds, bad)
    return _platt(log_odds, bad)


def _platt(log_odds: Numbers, bad: Numbers) -> Calibration:
    # One loan's weight for a slope of one keeps loans that part perfectly finite.
    level, slope = watch.logistic_line(
        log_odds.tolist(), bad.tolist(), trust=(_INSIDE, _ONE_LOAN)
    )
    slope = max(slope, 0.0)
    return Calibration(
        Method.PLATT,
        (level, slope),
        lambda places: _logistic(level + slope * places),
    )


def _beta(log_odds: Numbers, bad: Numbers) -> Calibration:
    columns = _beta_columns(log_odds)

    def loss(point: Numbers) -> tuple[float, Numbers]:
        found = point[0] + columns @ point[1:]
        off = _logistic(found) - bad
        value = float((np.logaddexp(0, found) - bad * found).sum())
        return value, np.concatenate(([off.sum()], columns.T @ off))

    fitted = optimize.minimize(
        loss, [0.0, 1.0, 1.0], jac=True, method="L-BFGS-B",
        bounds=[(None, None), (0, None), (0, None)],
    ).x  # fmt: skip
    return Calibration(
        Method.BETA,
        tuple(map(float, fitted)),
        lambda places: _logistic(fitted[0] + _beta_columns(places) @ fitted[1:]),
    )


def _beta_columns(log_odds: Numbers) -> Numbers:
    """Return the logarithms of the probability and of its complement's inverse."""
    return np.column_stack((-np.logaddexp(0, -log_odds), np.logaddexp(0, log_odds)))


def _isotonic(log_odds: Numbers, bad: Numbers) -> Calibration:
    order = np.argsort(log_odds, kind="stable")
    fitted = optimize.isotonic_regression(bad[order])
    edges = fitted.blocks
    places = np.array([log_odds[order][a:b].mean() for a, b in pairwise(edges)])
    shares = np.clip(fitted.x[edges[:-1]], _INSIDE, 1 - _INSIDE)
    return Calibration(
        Method.ISOTONIC,
        (float(len(shares)),),
        lambda wanted: np.interp(wanted, places, shares),
    )


def _logistic(log_odds: Numbers) -> Numbers:
    return 1 / (1 + np.exp(-np.clip(log_odds, -500, 500)))
