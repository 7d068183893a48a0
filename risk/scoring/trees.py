"""Walk the trees of a boosted model: exact thresholds and whole numbers, no library.

A leaf is worth thousandths of a point. A split is five values: the feature's place, the
most that goes left, whether an unknown goes left, and its two sides.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ledger.errors import ensure
from ledger.money import Rounding, round_fraction

PARTS_OF_A_POINT = 1_000


@dataclass(frozen=True)
class Split:
    """A question of one feature, and where each answer leads."""

    feature: str
    most_left: Fraction
    unknown_left: bool
    left: "Split | int"
    right: "Split | int"


Tree = Split | int


def read_tree(raw: Any, names: Sequence[str]) -> Tree:
    """Read a tree whose splits name features by their place."""
    if isinstance(raw, int):
        return raw
    place, most_left, unknown_left, left, right = raw
    ensure(place >= 0, "a feature's place counts from the first")
    return Split(
        names[place],
        Fraction(most_left),
        unknown_left,
        read_tree(left, names),
        read_tree(right, names),
    )


def leaves(tree: Tree) -> Iterator[int]:
    """Return what each end of a tree is worth."""
    if isinstance(tree, int):
        yield tree
    else:
        yield from leaves(tree.left)
        yield from leaves(tree.right)


def points(trees: Sequence[Tree], value: Callable[[str], Decimal | None]) -> int:
    """Return the whole points that trees give together."""
    total = sum(_reached(tree, value) for tree in trees)
    return round_fraction(Fraction(total, PARTS_OF_A_POINT), Rounding.HALF_EVEN)


def _reached(tree: Tree, value: Callable[[str], Decimal | None]) -> int:
    while not isinstance(tree, int):
        known = value(tree.feature)
        is_left = tree.unknown_left if known is None else known <= tree.most_left
        tree = tree.left if is_left else tree.right
    return tree
