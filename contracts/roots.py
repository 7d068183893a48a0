"""Find every yearly rate that makes dated flows worth nothing, and prove it.

With ``v = (1 + rate) ** (-1 / D)`` and every time a whole number of ``1 / D`` years,
the present value is a polynomial in ``v``. Descartes bounds its positive roots by its
sign changes; dividing by a power of ``v`` and differentiating takes one sign change
away (Rolle), so the roots of simpler polynomials part those of the harder ones, and
none is missed. All arithmetic is decimal.
"""

from collections.abc import Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import lcm
from typing import NamedTuple

from contracts.errors import InputInvalid
from ledger.errors import InvariantBroken, ensure

LOWEST_RATE = Decimal("-0.999999999")
HIGHEST_RATE = Decimal(1_000_000)
RATE_DIGITS = Decimal("1e-12")
_DIGITS, _GUESS_DIGITS = 34, 12
MOST_SIGN_CHANGES = 60
_MOST_TERMS = 20_000  # of all derivatives together: half a second of work
_MOST_PARTS = 10**8  # of a year: finer ones would be lost in the digits
_MOST_STEPS = 200
_NOTHING = Decimal("1e-24")
_CLOSE = Decimal("1e-18")
_CONTEXT = Context(prec=_DIGITS)
_ZERO = Decimal(0)
_MOST_RHYTHMS = 64


class Flow(NamedTuple):
    """Money at a time in years; out and in have opposite signs."""

    years: Fraction
    amount: Decimal


class _Term(NamedTuple):
    power: int
    factor: Decimal


_Polynomial = list[_Term]


def present_value(flows: Sequence[Flow], rate: Decimal) -> Decimal:
    """Return what flows are worth at time zero for a yearly rate."""
    with localcontext(_CONTEXT):
        polynomial, denominator = _polynomial(flows)
        return _value(polynomial, _discount(rate, denominator))


def sign_changes(amounts: Sequence[Decimal]) -> int:
    """Count how often amounts in time order change their sign."""
    signs = [amount > 0 for amount in amounts if amount]
    return sum(left != right for left, right in pairwise(signs))


def rates(flows: Sequence[Flow], start: Decimal | None = None) -> tuple[Decimal, ...]:
    """Return every yearly rate that solves the flows, lowest first, to 12 decimals.

    ``start`` is where a fast search thinks the root is; it only saves time.
    """
    with localcontext(_CONTEXT):
        polynomial, denominator = _polynomial(flows)
        if len(polynomial) <= 1:
            return ()
        changes = sign_changes([term.factor for term in polynomial])
        if changes > MOST_SIGN_CHANGES or changes * len(polynomial) > _MOST_TERMS:
            raise InputInvalid(field="flows", reason="change their sign too often")
        low, high = _ends(denominator)
        guess = None
        if start is not None and LOWEST_RATE < start < HIGHEST_RATE:
            with localcontext(prec=_GUESS_DIGITS):
                guess = _discount(start, denominator)
        found = _roots(polynomial, low, high, guess)
        solved = sorted(_rate(root, denominator) for root in found)
        for rate in solved:
            _certify(polynomial, denominator, rate)
        return tuple(solved)


def _discount(rate: Decimal, denominator: int) -> Decimal:
    return (-(1 + rate).ln() / denominator).exp()


@lru_cache(_MOST_RHYTHMS)
def _ends(denominator: int) -> tuple[Decimal, Decimal]:
    """Return the ends of the search: the same for all flows of one rhythm."""
    with localcontext(_CONTEXT):
        return _discount(HIGHEST_RATE, denominator), _discount(LOWEST_RATE, denominator)


def _rate(discount: Decimal, denominator: int) -> Decimal:
    return ((-discount.ln() * denominator).exp() - 1).quantize(RATE_DIGITS)


def _polynomial(flows: Sequence[Flow]) -> tuple[_Polynomial, int]:
    """Write flows as a polynomial in ``v``, its powers rising from zero."""
    denominator = lcm(*(flow.years.denominator for flow in flows))
    if denominator > _MOST_PARTS:
        raise InputInvalid(field="flows", reason="must be at simpler parts of a year")
    factors: dict[int, Decimal] = {}
    for years, amount in flows:
        if amount:
            parts, of_year = years.as_integer_ratio()
            power = parts * (denominator // of_year)
            factors[power] = factors.get(power, _ZERO) + amount
    first = min(factors, default=0)
    terms = [_Term(power - first, factors[power]) for power in sorted(factors)]
    return [term for term in terms if term.factor], denominator


def _value(polynomial: _Polynomial, at: Decimal) -> Decimal:
    """Return the value at a point, by Horner's rule over the gaps."""
    value, above = _ZERO, polynomial[-1].power
    powers: dict[int, Decimal] = {}
    for power, factor in reversed(polynomial):
        gap, above = above - power, power
        if gap:
            raised = powers.get(gap)
            if raised is None:
                raised = powers[gap] = at**gap
            value *= raised
        value += factor
    return value * at**above if above else value


def _value_and_slope(polynomial: _Polynomial, at: Decimal) -> tuple[Decimal, Decimal]:
    """Return value and slope at a point, by Horner's rule over the gaps."""
    value = slope = _ZERO
    powers: dict[int, tuple[Decimal, Decimal]] = {}
    for index in range(len(polynomial) - 1, -1, -1):
        power, factor = polynomial[index]
        value += factor
        gap = power - polynomial[index - 1].power if index else power
        if gap:
            if gap not in powers:
                below = at ** (gap - 1)
                powers[gap] = (below * at, gap * below)
            raised, lowered = powers[gap]
            slope = slope * raised + value * lowered
            value *= raised
    return value, slope


def _roots(
    polynomial: _Polynomial, low: Decimal, high: Decimal, guess: Decimal | None = None
) -> list[Decimal]:
    """Return the roots between two points, in order."""
    change = _first_change(polynomial)
    if change is None:
        return []
    simpler = _without_change(polynomial, change)
    turns = _roots(simpler, low, high)
    found: list[Decimal] = []
    for left, right in pairwise([low, *turns, high]):
        root = _between(polynomial, left, right, guess)
        if root is not None and (not found or root > found[-1]):
            found.append(root)
    return found


def _first_change(polynomial: _Polynomial) -> int | None:
    for index, (left, right) in enumerate(pairwise(polynomial)):
        if (left.factor > 0) != (right.factor > 0):
            return index
    return None


def _without_change(polynomial: _Polynomial, index: int) -> _Polynomial:
    """Return the derivative of ``polynomial / v**power``, without its sign change."""
    pivot = polynomial[index].power
    return [
        _Term(term.power, term.factor * (term.power - pivot))
        for term in polynomial
        if term.power != pivot
    ]


def _between(
    polynomial: _Polynomial, left: Decimal, right: Decimal, guess: Decimal | None
) -> Decimal | None:
    """Return the root of a stretch without turns, also one that only touches."""
    below, above = _value(polynomial, left), _value(polynomial, right)
    little = _size(polynomial) * _NOTHING
    for point, value in ((left, below), (right, above)):
        if _is_nothing(polynomial, point, value, little):
            return point
    if (below > 0) == (above > 0):
        return None
    return _newton(polynomial, (left, right), rising=above > 0, guess=guess)


def _is_nothing(
    polynomial: _Polynomial, at: Decimal, value: Decimal, little: Decimal
) -> bool:
    """Tell whether a value is lost beside the size of what it is the sum of.

    ``little`` is nothing beside the sum of all factors: a quick way to say no.
    """
    largest = at ** polynomial[-1 if at > 1 else 0].power
    if abs(value) > little * largest:
        return False
    size = _value([_Term(term.power, abs(term.factor)) for term in polynomial], at)
    return abs(value) <= size * _NOTHING


def _newton(
    polynomial: _Polynomial,
    bracket: tuple[Decimal, Decimal],
    *,
    rising: bool,
    guess: Decimal | None,
) -> Decimal:
    """Close in on the one root inside a bracket: Newton's step, halving when it fails."""
    left, right = bracket
    point = guess if guess is not None and left < guess < right else (left + right) / 2
    before = right - left
    for _ in range(_MOST_STEPS):
        value, slope = _value_and_slope(polynomial, point)
        if not value:
            return point
        if (value > 0) == rising:
            right = point
        else:
            left = point
        step = value / slope if slope else right - left
        following = point - step
        if abs(step) < _CLOSE:
            return following
        # Far out on a steep power Newton only creeps: a step must halve the one before.
        if not left < following < right or 2 * abs(step) > before:
            following = (left + right) / 2
        before = abs(following - point)
        if before < _NOTHING:
            return following
        point = following
    raise InvariantBroken("a bracketed root is found")


def _certify(polynomial: _Polynomial, denominator: int, rate: Decimal) -> None:
    """Check the rate itself: the value changes sign across it, or is nothing there.

    One step of the rate is so small a part of ``v`` that its square does not count.
    """
    at = _discount(rate, denominator)
    step = at * RATE_DIGITS / ((1 + rate) * denominator)
    lower, upper = _value(polynomial, at + step), _value(polynomial, at - step)
    if (lower > 0) == (upper > 0):
        ensure(
            abs(_value(polynomial, at)) < _size(polynomial) * _CLOSE,
            "a rate makes its flows worth nothing",
        )


def _size(polynomial: _Polynomial) -> Decimal:
    return sum((abs(term.factor) for term in polynomial), _ZERO)
