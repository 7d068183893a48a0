"""Solve for the level instalment exactly, in whole numbers of any size."""

from collections.abc import Iterable
from fractions import Fraction

from contracts.clauses import GraceRule
from contracts.legs import Leg


def solve(owed: Fraction | int, legs: Iterable[Leg], left: int) -> Fraction:
    """Return the payment that brings what is owed to ``left`` after the last leg.

    The balance after all legs is ``owed - payment * paid``, both over one common
    denominator, so no rounding happens before the caller's. Unpaid interest stays in
    the balance where an instalment is paid or interest is capitalised.
    """
    (top, denominator), paid = owed.as_integer_ratio(), 0
    for _, (growth, bottom), _, put_off, pays in legs:
        grows = pays or put_off is GraceRule.CAPITALISE
        rise = bottom + growth if grows else bottom
        top, paid, denominator = top * rise, paid * rise, denominator * bottom
        if pays:
            paid += denominator
    return Fraction(top - left * denominator, paid)
