"""Measure how well probabilities foretold outcomes; plain Python, exact definitions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_NEWTON_STEPS = 100
_CLOSE_ENOUGH = 1e-10
_RIDGE = 1e-9
_BINS = 10
_SURELY_NOT = 1e-6


@dataclass(frozen=True)
class Quality:
    """What outcomes say of probabilities; ``None`` where they cannot say it."""

    loans: int
    bad: int
    mean_pd: float
    auc: float | None
    ks: float | None
    brier: float
    slope: float | None
    ece: float


def quality(probabilities: Sequence[float], bad: Sequence[bool]) -> Quality:
    """Measure probabilities of default against what happened.

    AUC is the chance that a bad loan had the higher probability, a tie counted half.
    KS is the largest distance of the two cumulative shares. The slope is that of a
    logistic regression of outcomes on log-odds: below one the probabilities are too
    bold, above one too timid. ECE is the mean distance of probability and share of bad
    loans in ten groups of equal size, ordered by probability; equal probabilities share
    their outcomes.
    """
    pairs = sorted(zip(probabilities, map(bool, bad), strict=True))
    both = 0 < sum(was_bad for _, was_bad in pairs) < len(pairs)
    return Quality(
        len(pairs),
        sum(was_bad for _, was_bad in pairs),
        sum(pd for pd, _ in pairs) / len(pairs),
        _auc(pairs) if both else None,
        _ks(pairs) if both else None,
        sum((pd - was_bad) ** 2 for pd, was_bad in pairs) / len(pairs),
        logistic_line(*_log_odds(pairs))[1] if both else None,
        _ece(pairs),
    )


def _runs(pairs: Sequence[tuple[float, bool]]) -> dict[float, list[int]]:
    """Count good and bad loans at each probability, the lowest first."""
    counted: dict[float, list[int]] = {}
    for pd, was_bad in pairs:
        counted.setdefault(pd, [0, 0])[was_bad] += 1
    return counted


def _auc(pairs: Sequence[tuple[float, bool]]) -> float:
    below = won = 0.0
    for good, bad in _runs(pairs).values():
        won += bad * (below + good / 2)
        below += good
    return won / (below * (len(pairs) - below))


def _ks(pairs: Sequence[tuple[float, bool]]) -> float:
    runs = _runs(pairs).values()
    all_good, all_bad = (sum(column) for column in zip(*runs, strict=True))
    good = bad = 0
    farthest = 0.0
    for more_good, more_bad in runs:
        good, bad = good + more_good, bad + more_bad
        farthest = max(farthest, abs(good / all_good - bad / all_bad))
    return farthest


def _ece(pairs: Sequence[tuple[float, bool]]) -> float:
    edges = [len(pairs) * number // _BINS for number in range(_BINS + 1)]
    offs = [
        pd - bad / (good + bad)
        for pd, (good, bad) in _runs(pairs).items()
        for _ in range(good + bad)
    ]
    groups = (offs[first:last] for first, last in pairwise(edges))
    return sum(abs(sum(group)) for group in groups) / len(pairs)


def _log_odds(
    pairs: Sequence[tuple[float, bool]],
) -> tuple[list[float], list[float]]:
    inside = [min(max(pd, _SURELY_NOT), 1 - _SURELY_NOT) for pd, _ in pairs]
    return list(map(log_odds, inside)), [float(was_bad) for _, was_bad in pairs]


def logistic_line(
    places: Sequence[float],
    targets: Sequence[float],
    *,
    prior: tuple[float, float] = (0.0, 1.0),
    trust: tuple[float, float] = (_RIDGE, _RIDGE),
) -> tuple[float, float]:
    """Fit level and slope of log-odds by Newton's method.

    ``trust`` is the weight, in inverse variances, with which the two stay at ``prior``;
    without loans they are the prior.
    """
    level, slope = prior
    for _ in range(_NEWTON_STEPS):
        up_level = trust[0] * (prior[0] - level)
        up_slope = trust[1] * (prior[1] - slope)
        a, b, c = trust[0], 0.0, trust[1]
        for place, target in zip(places, targets, strict=True):
            pd = logistic(level + slope * place)
            weight = pd * (1 - pd)
            up_level += target - pd
            up_slope += (target - pd) * place
            a, b, c = a + weight, b + weight * place, c + weight * place * place
        down = a * c - b * b
        steps = (
            (c * up_level - b * up_slope) / down,
            (a * up_slope - b * up_level) / down,
        )
        # Perfectly parted loans would run away; a bounded step keeps them finite.
        level += max(-1.0, min(1.0, steps[0]))
        slope += max(-1.0, min(1.0, steps[1]))
        if max(map(abs, steps)) < _CLOSE_ENOUGH:
            break
    return level, slope


def logistic(odds: float) -> float:
    """Return the probability of log-odds, without overflow."""
    if odds >= 0:
        return 1 / (1 + math.exp(-odds))
    power = math.exp(odds)
    return power / (1 + power)


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability inside 0 and 1."""
    return math.log(probability / (1 - probability))
