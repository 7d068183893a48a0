"""Read a scorecard from its JSON artefact; the hash of the artefact names it for good."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from ledger.canonical import canonical
from ledger.errors import ensure
from ledger.money import BPS_PER_ONE
from risk.scoring.trees import PARTS_OF_A_POINT, Tree, leaves, read_tree

# So that no score, of whatever file, is too large to be kept.
MOST_POINTS = 10_000
# A card fitted to fewer loans that went bad may watch and not decide.
LEAST_DEFAULTS = 100
# Pages and papers say these, and no others, in both languages.
GRADES = frozenset("ABCDEF")
CONFIDENCES = frozenset({"high", "medium", "low", "none"})


@dataclass(frozen=True)
class Wording:
    """What a reason says in English and Khmer, and what would change it."""

    code: str
    en: str
    km: str
    change_en: str = ""
    change_km: str = ""


@dataclass(frozen=True)
class Characteristic:
    """How one feature earns points: straight lines between knots."""

    feature: str
    missing_points: int
    knots: tuple[tuple[Fraction, int], ...]
    weak_below_points: int
    weak: Wording
    strong: Wording
    unknown: Wording

    @property
    def best(self) -> int:
        """Return the most points that can be earned."""
        return max(points for _, points in self.knots)


@dataclass(frozen=True)
class Scorecard:
    """A scorecard as data: nothing in it is code.

    Curves explain themselves; a card of trees cannot say why, so it can only watch.
    """

    version: str
    hash: str
    base_points: int
    characteristics: tuple[Characteristic, ...]
    pd_bps_by_score: tuple[tuple[Fraction, int], ...]
    grades: tuple[tuple[str, int], ...]
    confidence_by_days: tuple[tuple[str, int], ...]
    trees: tuple[Tree, ...] = ()


@cache
def expert_scorecard() -> Scorecard:
    """Return the expert-points scorecard a new market starts with, in shadow mode."""
    return read_scorecard(
        files("risk.scoring").joinpath("expert.json").read_text("utf-8")
    )


def read_scorecard(text: str) -> Scorecard:
    """Read and check a scorecard's artefact."""
    raw = json.loads(text)
    card = Scorecard(
        raw["version"],
        artefact_hash(raw),
        raw["base_points"],
        tuple(_characteristic(item) for item in raw["characteristics"]),
        _knots(raw["pd_bps_by_score"]),
        tuple((grade, least) for grade, least in raw["grades"]),
        tuple((word, least) for word, least in raw["confidence_by_days"]),
        tuple(read_tree(tree, raw["reads"]) for tree in raw.get("trees", ())),
    )
    _require_usable(card)
    return card


def _require_usable(card: Scorecard) -> None:
    ensure(bool(card.characteristics or card.trees), "a scorecard reads something")
    ensure(max(map(abs, _worths(card))) <= MOST_POINTS, "points have few digits")
    ensure(dict(card.grades).keys() <= GRADES, "a grade is a letter from A to F")
    confidences = dict(card.confidence_by_days).keys()
    ensure(confidences <= CONFIDENCES, "a confidence is a word that readers know")
    falling = [pd for _, pd in card.pd_bps_by_score]
    ensure(
        0 <= min(falling) <= max(falling) <= BPS_PER_ONE, "a chance is a share of one"
    )
    ensure(falling == sorted(falling, reverse=True), "a better score means less risk")


def _worths(card: Scorecard) -> Iterator[int]:
    """Return every number that points are made of."""
    yield card.base_points
    for item in card.characteristics:
        yield item.missing_points
        yield from (points for _, points in item.knots)
    for tree in card.trees:
        yield from (worth // PARTS_OF_A_POINT for worth in leaves(tree))


def artefact_hash(raw: dict[str, Any]) -> str:
    """Hash an artefact's meaning: SHA-256 of its JSON with sorted keys, no spaces."""
    return hashlib.sha256(canonical(raw)).hexdigest()


def _characteristic(raw: dict[str, Any]) -> Characteristic:
    return Characteristic(
        raw["feature"],
        raw["missing_points"],
        _knots(raw["knots"]),
        raw["weak_below_points"],
        Wording(**raw["weak"]),
        Wording(**raw["strong"]),
        Wording(**raw["unknown"]),
    )


def _knots(raw: list[list[Any]]) -> tuple[tuple[Fraction, int], ...]:
    knots = tuple((Fraction(place), value) for place, value in raw)
    places = [place for place, _ in knots]
    ensure(places == sorted(set(places)), "knots rise from left to right")
    return knots
