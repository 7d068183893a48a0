"""Score features with a scorecard: whole points, a PD, a grade and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any

from ledger.money import Rounding, round_fraction
from risk.cashflow import Measured
from risk.scoring import trees
from risk.scoring.artefact import Characteristic, Scorecard, Wording, expert_scorecard

MAX_REASONS = 4
MIN_REASONS = 2

_Earned = tuple[Characteristic, Decimal | None, int]


@dataclass(frozen=True)
class Reason:
    """Why a score or a decision is what it is, and what would change it."""

    code: str
    feature: str
    points_lost: int
    en: str
    km: str
    change_en: str
    change_km: str

    def to_json(self) -> dict[str, Any]:
        """Write the reason as plain values."""
        return {
            "code": self.code,
            "feature": self.feature,
            "points_lost": self.points_lost,
            "en": self.en,
            "km": self.km,
            "change_en": self.change_en,
            "change_km": self.change_km,
        }


@dataclass(frozen=True)
class Score:
    """The outcome of a scorecard; the artefact it came from is named by its hash."""

    points: int
    pd_bps: int
    grade: str
    confidence: str
    reasons: tuple[Reason, ...]
    points_by_feature: tuple[tuple[str, int], ...]
    artefact_version: str
    artefact_hash: str


def score(features: Mapping[str, Measured], card: Scorecard | None = None) -> Score:
    """Score features; the probability of default is for twelve months.

    The same features and artefact give the same score, to the point, anywhere.
    """
    card = card or expert_scorecard()
    earned = [_earn(item, features) for item in card.characteristics]
    points = card.base_points + sum(part for _, _, part in earned)
    points += trees.points(card.trees, partial(_value, features))
    days = _value(features, "history_days") or 0
    return Score(
        points,
        round_fraction(
            _on_line(card.pd_bps_by_score, Fraction(points)), Rounding.HALF_UP
        ),
        _first_reached(card.grades, points),
        _first_reached(card.confidence_by_days, int(days)),
        _reasons(earned),
        tuple((item.feature, part) for item, _, part in earned),
        card.version,
        card.hash,
    )


def _value(features: Mapping[str, Measured], name: str) -> Decimal | None:
    measured = features.get(name)
    return None if measured is None else measured.value


def _earn(item: Characteristic, features: Mapping[str, Measured]) -> _Earned:
    value = _value(features, item.feature)
    return item, value, _points(item, value)


def _points(item: Characteristic, value: Decimal | None) -> int:
    if value is None:
        return item.missing_points
    return round_fraction(_on_line(item.knots, Fraction(value)), Rounding.HALF_EVEN)


def _on_line(knots: Sequence[tuple[Fraction, int]], place: Fraction) -> Fraction:
    """Read a line through knots; beyond the outer knots it runs level."""
    left, value = knots[0]
    if place <= left:
        return Fraction(value)
    for right, next_value in knots[1:]:
        if place <= right:
            part = (place - left) / (right - left)
            return value + part * (next_value - value)
        left, value = right, next_value
    return Fraction(value)


def _first_reached(steps: Sequence[tuple[str, int]], reached: int) -> str:
    return next((name for name, least in steps if reached >= least), steps[-1][0])


def _reasons(earned: Sequence[_Earned]) -> tuple[Reason, ...]:
    """Name what cost most points, if its sentence is true; else name the strengths.

    Two characteristics may be unknown for one cause, which is told once.
    """
    lost = {
        reason.code: reason
        for reason in sorted(map(_weakness, filter(_is_weak, earned)), key=_by_loss)[
            ::-1
        ]
    }
    told = sorted(lost.values(), key=_by_loss)[:MAX_REASONS]
    strengths = (
        _reason(item, item.strong, 0)
        for item, _, part in sorted(earned, key=lambda one: -one[2])
        if part >= item.weak_below_points
    )
    return (*told, *islice(strengths, max(MIN_REASONS - len(told), 0)))


def _is_weak(one: _Earned) -> bool:
    item, value, part = one
    return value is None or part < item.weak_below_points


def _weakness(one: _Earned) -> Reason:
    item, value, part = one
    return _reason(item, item.unknown if value is None else item.weak, item.best - part)


def _by_loss(reason: Reason) -> int:
    return -reason.points_lost


def _reason(item: Characteristic, wording: Wording, lost: int) -> Reason:
    return Reason(
        wording.code,
        item.feature,
        lost,
        wording.en,
        wording.km,
        wording.change_en,
        wording.change_km,
    )
