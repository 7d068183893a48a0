"""Lay out bars as whole numbers, so that a template only draws what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.money import Money

MONTHS: Final = 12
FULL: Final = 100
BAR: Final = 20
GAP: Final = 8
HEIGHT: Final = 100


@dataclass(frozen=True)
class MonthFlow:
    """What came in during a month, and what is planned to."""

    month: date
    past: Money
    planned: Money


@dataclass(frozen=True)
class Bar:
    """One month's bar: what is planned stands on top of what came in."""

    x: int
    past_y: int
    past_height: int
    planned_y: int
    planned_height: int
    flow: MonthFlow


@dataclass(frozen=True)
class Chart:
    """Bars within a box, and the amount its height stands for."""

    width: int
    highest: Money
    bars: tuple[Bar, ...]


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of every month from one to another."""
    count = (last.year - first.year) * MONTHS + last.month - first.month + 1
    places = (first.year * MONTHS + first.month - 1 + step for step in range(count))
    return [date(place // MONTHS, place % MONTHS + 1, 1) for place in places]


def share_percent(part: Money, whole: Money) -> int:
    """Return how much of a whole is reached, in whole percent, never rounded up."""
    return part.minor * FULL // whole.minor if whole.minor > 0 else 0


@dataclass(frozen=True)
class InOut:
    """What came in and went out in a month, and the lowest balance where stated."""

    month: date
    came: Money
    went: Money
    net: Money
    lowest: Money | None


@dataclass(frozen=True)
class Pair:
    """One month's two bars: what came in beside what went out."""

    x: int
    in_height: int
    out_height: int
    flow: InOut


@dataclass(frozen=True)
class PairChart:
    """Pairs of bars within a box, and the amount its height stands for."""

    width: int
    highest: Money
    pairs: tuple[Pair, ...]


def pair_bars(flows: Sequence[InOut]) -> PairChart:
    """Lay out two bars a month, the tallest as high as the box."""
    highest = max(max(flow.came, flow.went) for flow in flows)
    scale = max(highest.minor, 1)
    pairs = tuple(
        Pair(
            place * (BAR + GAP),
            flow.came.minor * HEIGHT // scale,
            flow.went.minor * HEIGHT // scale,
            flow,
        )
        for place, flow in enumerate(flows)
    )
    return PairChart(len(flows) * (BAR + GAP) - GAP, highest, pairs)


def month_bars(flows: Sequence[MonthFlow]) -> Chart:
    """Lay out one bar a month, the tallest as high as the box."""
    highest = max((flow.past + flow.planned for flow in flows), key=lambda m: m.minor)
    scale = max(highest.minor, 1)
    bars = []
    for place, flow in enumerate(flows):
        past = max(flow.past.minor, 0) * HEIGHT // scale
        planned = max(flow.planned.minor, 0) * HEIGHT // scale
        x = place * (BAR + GAP)
        bars.append(Bar(x, HEIGHT - past, past, HEIGHT - past - planned, planned, flow))
    return Chart(len(flows) * (BAR + GAP) - GAP, highest, tuple(bars))
