"""Weak signs on a statement that a person may want to know: they judge nothing alone."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from risk.statements.findings import Finding, Flaw
from risk.statements.parsed import Transaction

_GAP_DAYS = 45
_FAR_DAYS = 366
_ROUND_AT_LEAST_LINES = 50
_ROUND_SHARE_PERCENT = 60
# Whole hundreds of dollars, whole hundred thousands of riel.
_ROUND_STEP_MINOR = {"USD": 100_00, "KHR": 100_000_00}
_DIGITS_AT_LEAST_LINES = 300
# Chi-square of nine digits at one in a thousand.
_DIGITS_LIMIT = 26.12
_BENFORD = {digit: math.log10(1 + 1 / digit) for digit in range(1, 10)}


def screen(lines: Sequence[Transaction]) -> Iterator[Finding]:
    """Look for far value dates, long silence, round amounts and odd first digits."""
    far = tuple(
        item.line
        for item in lines
        if item.value_on != item.booked_on
        and abs((item.value_on - item.booked_on).days) > _FAR_DAYS
    )
    if far:
        yield Finding(Flaw.IMPOSSIBLE_DATE, far)
    silent = tuple(
        after.line
        for before, after in pairwise(lines)
        if after.booked_on != before.booked_on
        and (after.booked_on - before.booked_on).days > _GAP_DAYS
    )
    if silent:
        yield Finding(Flaw.GAP, silent)
    if _is_round(lines):
        yield Finding(Flaw.ROUND_AMOUNTS, ())
    if has_odd_digits([item.amount_minor for item in lines]):
        yield Finding(Flaw.FIRST_DIGITS, ())


def has_odd_digits(amounts: Sequence[int]) -> bool:
    """Say whether first digits stray from Benford's law beyond one chance in 1,000."""
    if len(amounts) < _DIGITS_AT_LEAST_LINES:
        return False
    seen = Counter(map(itemgetter(0), map(str, map(abs, amounts))))
    del seen["0"]
    total = sum(seen.values())
    strays = sum(
        (seen[str(digit)] - total * share) ** 2 / (total * share)
        for digit, share in _BENFORD.items()
        if total
    )
    return strays > _DIGITS_LIMIT


def _is_round(lines: Sequence[Transaction]) -> bool:
    step = _ROUND_STEP_MINOR.get(lines[0].currency) if lines else None
    if step is None or len(lines) < _ROUND_AT_LEAST_LINES:
        return False
    even = sum(item.amount_minor % step == 0 for item in lines)
    return even * 100 > len(lines) * _ROUND_SHARE_PERCENT
