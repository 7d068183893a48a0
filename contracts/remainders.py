"""Place what rounding leaves over in a level plan: evened out, in the first or the last."""

from fractions import Fraction

from contracts.clauses import Remainder
from contracts.periods import round_to_step
from contracts.rows import Row
from contracts.walk import Placing, Walk

_MOST_TRIES = 8


def place(walk: Walk, rows: list[Row]) -> list[Row]:
    """Return the rows of a walk that has set a level, its remainder where it belongs.

    Where later money set another level, only the last level's remainder is placed:
    each new level has settled the one before.
    """
    level = walk.level_minor or 0
    if walk.rule.evening:
        level, rows = _even_out(walk, rows, level)
    if walk.rule.remainder is Remainder.FIRST:
        rows = _to_the_first(walk, rows, level)
    return rows


def _again(walk: Walk, level: int, first_more: int = 0) -> list[Row]:
    placing = Placing(walk.levelled_at, level, first_more)
    return Walk(walk.terms, walk.periods, walk.opening, placing).rows()


def _even_out(walk: Walk, rows: list[Row], level: int) -> tuple[int, list[Row]]:
    """Share the last instalment's difference over all, if that makes it smaller."""
    difference = _beyond(walk, rows, level)
    rule, shared = walk.rule, len(rows) - walk.levelled_at
    moved = level + Fraction(difference, shared)
    evened = round_to_step(moved, rule.instalment, rule.instalment_step)
    candidate = _again(walk, evened)
    nearer = abs(_beyond(walk, candidate, evened)) < abs(difference)
    return (evened, candidate) if nearer else (level, rows)


def _to_the_first(walk: Walk, rows: list[Row], level: int) -> list[Row]:
    """Let the first instalment of the level pay more or less, so that the last is level.

    A unit in the first moves the last by more than a unit, so the nearest is sought;
    the last takes what cannot be placed.
    """
    rule, grows, more = walk.rule, _growth_after_first(walk), 0
    best, off = rows, _beyond(walk, rows, level)
    for _ in range(_MOST_TRIES):
        step = round_to_step(off / grows, rule.interest, rule.interest_step)
        if not step:
            break
        more += step
        rows = _again(walk, level, more)
        off = _beyond(walk, rows, level)
        if abs(off) < abs(_beyond(walk, best, level)):
            best = rows
    return best


def _growth_after_first(walk: Walk) -> Fraction:
    """Return what a unit unpaid by the first instalment is to the last."""
    number, grown = walk.first_paying(walk.levelled_at), Fraction(1)
    for leg in walk.legs:
        if leg.number > number:
            grown *= 1 + Fraction(*leg.growth)
    return grown


def _beyond(walk: Walk, rows: list[Row], level: int) -> int:
    """Return what the last instalment asks beyond the level and an agreed balloon."""
    balloon = walk.terms.balloon
    agreed = balloon.amount.minor if balloon and balloon.amount else 0
    return rows[-1].level_minor - level - agreed
