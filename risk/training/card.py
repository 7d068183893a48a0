"""Write a fitted card as an artefact: whole points between knots, and its facts.

Forty points double the odds of repaying. The worst firm has 300 points; each curve adds
what its feature earns. A curve is laid on knots fine enough for straight lines between
them, so that plain Python scores it without any library.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from risk import watch
from risk.cashflow import FEATURES
from risk.scoring import LEAST_DEFAULTS, expert_scorecard, read_scorecard, score
from risk.training import wording
from risk.training.calibration import Calibration
from risk.training.curves import Curve, Fitted, Numbers
from risk.training.sample import Loan

BASE_POINTS = 300
POINTS_PER_DOUBLING = 40
POINTS_PER_LOG_ODDS = POINTS_PER_DOUBLING / float(np.log(2))
GRADE_PD_BPS = tuple(zip("ABCDE", watch.BANDS_BPS, strict=True))
LAST_GRADE = "F"
_PARTS_OF_A_PIECE = 8
_SCORE_STEP = 10
_DECIMALS = {feature.name: feature.decimals for feature in FEATURES}


@dataclass(frozen=True)
class CardFacts:
    """What stands behind a fit, for the artefact."""

    version: str
    names: tuple[str, ...]
    settings: dict[str, Any]
    calibration: Calibration
    sample_sha256: str
    loans: tuple[Loan, ...]


def write_card(fitted: Fitted, values: Numbers, facts: CardFacts) -> dict[str, Any]:
    """Return the artefact: what scores, and what a reader must know to judge it."""
    best = sum(float(curve.rises.sum()) for curve in fitted.curves)
    told = {
        "name": "Fitted scorecard",
        "kind": "fitted_curves",
        "characteristics": [
            _characteristic(curve, values[:, curve.feature], facts.names)
            for curve in fitted.curves
        ],
    }
    return complete(told, (fitted.level, best), facts)


def complete(
    told: dict[str, Any], span: tuple[float, float], facts: CardFacts
) -> dict[str, Any]:
    """Add probabilities, grades and facts to what scores.

    ``span`` is the log-odds of repaying of the worst firm, and how far the best is above.
    """
    by_score = _pd_by_score(*span, facts.calibration)
    card = told | {
        "version": facts.version,
        "mode": "shadow",
        "base_points": BASE_POINTS,
        "pd_bps_by_score": by_score,
        "grades": _grades(by_score),
        "confidence_by_days": [
            list(step) for step in expert_scorecard().confidence_by_days
        ],
        "training": _training(facts),
    }
    return card | {"baseline": _baseline(card, facts.loans)}


def _characteristic(
    curve: Curve, values: Numbers, names: Sequence[str]
) -> dict[str, Any]:
    name = names[curve.feature]
    knots = _knots(curve, _DECIMALS[name])
    earned = curve.log_odds(values) * POINTS_PER_LOG_ODDS
    unknown = curve.log_odds(np.array([np.nan]))[0] * POINTS_PER_LOG_ODDS
    return {
        "feature": name,
        "missing_points": round(float(unknown)),
        "knots": knots,
        "weak_below_points": round(float(earned.mean())),
        **wording.of(name),
    }


def _knots(curve: Curve, decimals: int) -> list[list[Any]]:
    """Lay a curve on places of its feature's own precision, from left to right."""
    laid = np.concatenate(
        [
            np.linspace(left, right, _PARTS_OF_A_PIECE + 1)[:-1]
            for left, right in pairwise(curve.knots)
        ]
        + [curve.knots[-1:]]
    )
    places = curve.sign * np.sign(laid) * np.expm1(np.abs(laid))
    rounded = sorted({f"{place:.{decimals}f}" for place in places}, key=float)
    tidy = [f"{0:.{decimals}f}" if float(place) == 0 else place for place in rounded]
    tidy = list(dict.fromkeys(tidy))
    earned = curve.log_odds(np.array([float(place) for place in tidy]))
    points = np.rint(earned * POINTS_PER_LOG_ODDS).astype(int).tolist()
    return _needed([[place, worth] for place, worth in zip(tidy, points, strict=True)])


def _needed(knots: list[list[Any]]) -> list[list[Any]]:
    """Leave out the knots inside a level stretch."""
    inner = [
        here
        for before, here, after in zip(knots, knots[1:], knots[2:], strict=False)
        if not before[1] == here[1] == after[1]
    ]
    return [knots[0], *inner, *knots[1:][-1:]]


def _pd_by_score(
    level: float, best: float, calibration: Calibration
) -> list[list[int]]:
    top = BASE_POINTS + round(best * POINTS_PER_LOG_ODDS)
    scores = np.arange(BASE_POINTS, top + _SCORE_STEP, _SCORE_STEP)
    repaying = level + (scores - BASE_POINTS) / POINTS_PER_LOG_ODDS
    chances = np.rint(calibration.probability(-repaying) * 10_000)
    within = np.clip(chances, 1, 9_999).astype(int).tolist()
    return [[place, bps] for place, bps in zip(scores.tolist(), within, strict=True)]


def _grades(by_score: Sequence[Sequence[int]]) -> list[list[Any]]:
    """Give each grade the lowest score whose probability is within the grade's bound."""
    reached = [
        [grade, min((place for place, bps in by_score if bps <= most), default=None)]
        for grade, most in GRADE_PD_BPS
    ]
    known = [step for step in reached if step[1] is not None]
    return [*known, [LAST_GRADE, 0]]


def _training(facts: CardFacts) -> dict[str, Any]:
    days = sorted(item.granted_on for item in facts.loans)
    bad = sum(item.bad for item in facts.loans)
    return {
        "loans": len(facts.loans),
        "bad": bad,
        "first_granted_on": days[0].isoformat(),
        "last_granted_on": days[-1].isoformat(),
        "sample_sha256": facts.sample_sha256,
        "candidates": list(facts.names),
        "calibration": facts.calibration.method.value,
        "calibration_numbers": [f"{x:.6f}" for x in facts.calibration.numbers],
        "settings": facts.settings,
        "enough_defaults": bad >= LEAST_DEFAULTS,
    }


def _baseline(card: dict[str, Any], loans: Sequence[Loan]) -> dict[str, Any]:
    """Count the sample's scores and points in groups, to tell later drift from."""
    scorecard = read_scorecard(json.dumps(card))
    scores = [score(item.features, scorecard) for item in loans]
    by_feature = [dict(one.points_by_feature) for one in scores]
    return {
        "score": watch.baseline([one.points for one in scores]).to_json(),
        "features": {
            item.feature: watch.baseline(
                [points[item.feature] for points in by_feature]
            ).to_json()
            for item in scorecard.characteristics
        },
    }
