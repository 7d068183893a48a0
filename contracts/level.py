"""Solve for the level instalment exactly, in whole numbers of any size."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Step(NamedTuple):
    """What one period does to an annuity.

    ``growth`` is the interest on one unit over the period, ``arrives`` the worth at
    its end of money paid out inside it, ``grows`` whether unpaid interest stays in
    the balance, ``pays`` whether an instalment is paid at its end.
    """

    growth: Fraction
    arrives: Fraction | int = 0
    grows: bool = True
    pays: bool = True


def solve(
    opening: Fraction | int, steps: Sequence[Step], left: Fraction | int
) -> Fraction:
    """Return the payment that brings ``opening`` to ``left`` after the last step.

    The balance after all steps is ``owed - payment * paid``, both over one common
    denominator, so no rounding happens before the caller's.
    """
    owed, paid = Fraction(opening), 0
    owed_top, denominator = owed.numerator, owed.denominator
    for step in steps:
        top, bottom = step.growth.numerator, step.growth.denominator
        rise = top + bottom if step.grows else bottom
        owed_top, paid, denominator = owed_top * rise, paid * rise, denominator * bottom
        if step.arrives:
            arrives = Fraction(step.arrives)
            owed_top = owed_top * arrives.denominator + denominator * arrives.numerator
            paid *= arrives.denominator
            denominator *= arrives.denominator
        paid += denominator if step.pays else 0
    return (Fraction(owed_top, denominator) - left) * denominator / paid
