"""Solve for the level instalment exactly, in whole numbers of any size."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Step(NamedTuple):
    """What one period does to an annuity.

    ``growth`` is the interest on one unit over the period as a top and a bottom,
    ``arrives`` the worth at its end of money paid out inside it, ``grows`` whether
    unpaid interest stays in the balance, ``pays`` whether an instalment is paid then.
    """

    growth: tuple[int, int]
    arrives: Fraction | None = None
    grows: bool = True
    pays: bool = True


def solve(opening: int, steps: Sequence[Step], left: int) -> Fraction:
    """Return the payment that brings ``opening`` to ``left`` after the last step.

    The balance after all steps is ``owed - payment * paid``, both over one common
    denominator, so no rounding happens before the caller's.
    """
    owed, paid, denominator = opening, 0, 1
    for (top, bottom), arrives, grows, pays in steps:
        rise = top + bottom if grows else bottom
        owed, paid, denominator = owed * rise, paid * rise, denominator * bottom
        if arrives is not None:
            worth, parts = arrives.as_integer_ratio()
            owed = owed * parts + denominator * worth
            paid, denominator = paid * parts, denominator * parts
        if pays:
            paid += denominator
    return Fraction(owed - left * denominator, paid)
