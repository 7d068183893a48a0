"""Tell whether today's firms are still those a card was made for: PSI and CSI.

PSI is the sum over groups of (now - then) x ln(now / then), with shares of firms. Below
0.10 nothing moved, from 0.25 on the card is to be looked at (Siddiqi 2006).
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from ledger.errors import ensure

WATCH_FROM = 0.10
ALARM_FROM = 0.25
_GROUPS = 10
_LEAST_COUNT = 0.5


@dataclass(frozen=True)
class Baseline:
    """How many firms once lay in each group; a group begins at its edge."""

    edges: tuple[int, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse groups that nobody could be counted in."""
        edges = list(self.edges)
        ensure(edges == sorted(set(edges)), "a baseline's edges rise")
        ensure(len(self.counts) == len(edges) + 1, "a count for each group")

    @classmethod
    def of(cls, raw: dict[str, Any]) -> Self:
        """Read a baseline from an artefact: of a sample that had somebody in it."""
        known = cls(tuple(map(int, raw["edges"])), tuple(map(int, raw["counts"])))
        ensure(min(known.counts) >= 0 < sum(known.counts), "a sample has firms")
        return known

    def to_json(self) -> dict[str, list[int]]:
        """Write the baseline as whole numbers."""
        return {"edges": list(self.edges), "counts": list(self.counts)}

    def count(self, points: Sequence[int]) -> tuple[int, ...]:
        """Count points in the groups of this baseline."""
        counts = [0] * len(self.counts)
        for one in points:
            counts[bisect_right(self.edges, one)] += 1
        return tuple(counts)


@dataclass(frozen=True)
class Baselines:
    """How a sample's scores, and its points of each feature, once lay in groups."""

    score: Baseline
    features: Mapping[str, Baseline]


def read_baselines(artefact: Mapping[str, Any]) -> Baselines | None:
    """Read what a card was made for; an expert's card was made for no sample."""
    raw = artefact.get("baseline")
    if raw is None:
        return None
    return Baselines(
        Baseline.of(raw["score"]),
        {name: Baseline.of(one) for name, one in raw["features"].items()},
    )


def baseline(points: Sequence[int]) -> Baseline:
    """Group points by their tenths; equal points stay together."""
    ordered = sorted(points)
    tenths = {ordered[len(ordered) * n // _GROUPS] for n in range(1, _GROUPS)}
    edges = tuple(sorted(tenths - {ordered[0]}))
    empty = Baseline(edges, (0,) * (len(edges) + 1))
    return Baseline(edges, empty.count(points))


def stability(then: Sequence[int], now: Sequence[int]) -> float:
    """Return the PSI of two counts over the same groups.

    An empty group counts as half a firm, so that the logarithm exists.
    """
    all_then, all_now = sum(then), sum(now)
    total = 0.0
    for old, new in zip(then, now, strict=True):
        if old or new:
            was = max(old, _LEAST_COUNT) / all_then
            is_now = max(new, _LEAST_COUNT) / all_now
            total += (is_now - was) * math.log(is_now / was)
    return total


def verdict(index: float) -> str:
    """Say what an index asks for: nothing, watching, or a look at the card."""
    if index >= ALARM_FROM:
        return "alarm"
    return "watch" if index >= WATCH_FROM else "stable"
