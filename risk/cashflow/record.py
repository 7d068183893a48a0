"""Keep what a firm's whole record says, however old: amounts, and balances line by line.

The other measures look at days of the last year. These look at every line that was
given, so that long and short records, and published summaries of them, compare.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from risk.cashflow.categories import Category
from risk.cashflow.movement import NOT_SALES, Movement


@dataclass(frozen=True)
class Record:
    """Receipts and payments of all lines, and the sum of balances after each of them.

    ``balances`` is ``None`` when a line states none. Amounts are minor units, payments
    above zero.
    """

    span_days: int
    receipts: tuple[int, ...]
    payments: tuple[int, ...]
    returned: int
    balances: tuple[int, ...] | None
    balances_by_month: tuple[tuple[int, ...], ...]


NO_RECORD = Record(0, (), (), 0, None, ())


def keep_record(accounts: Sequence[Sequence[Movement]]) -> Record:
    """Put the accounts' lines together, each account's oldest line first."""
    lines = (
        list(accounts[0])
        if len(accounts) == 1
        else list(heapq.merge(*accounts, key=lambda item: -item.age_days))
    )
    balances = _totals(accounts, lines)
    return Record(
        max((item.age_days for item in lines), default=0),
        tuple(
            amount
            for _, amount, category, _ in lines
            if amount > 0 and category not in NOT_SALES
        ),
        tuple(
            -amount
            for _, amount, category, _ in lines
            if amount < 0 and category is not Category.OWN_TRANSFER
        ),
        sum(category is Category.RETURNED for _, _, category, _ in lines),
        balances,
        _by_month(lines, balances or ()),
    )


def _totals(
    accounts: Sequence[Sequence[Movement]], lines: Sequence[Movement]
) -> tuple[int, ...] | None:
    """Return the accounts' balances together after each line."""
    balances = [source.balance_after for _, _, _, source in lines]
    if not lines or None in balances:
        return None
    if len(accounts) == 1:
        return tuple(balance or 0 for balance in balances)
    # An account that is not there yet holds what its first line found.
    total = sum(
        (account[0].source.balance_after or 0) - account[0].amount_minor
        for account in accounts
    )
    return _followed(accounts, total)


def _followed(accounts: Sequence[Sequence[Movement]], total: int) -> tuple[int, ...]:
    changes = [
        [
            (item.age_days, (item.source.balance_after or 0) - before)
            for item, before in zip(account, _balances_before(account), strict=True)
        ]
        for account in accounts
    ]
    totals = []
    for _, change in heapq.merge(*changes, key=lambda pair: -pair[0]):
        total += change
        totals.append(total)
    return tuple(totals)


def _balances_before(account: Sequence[Movement]) -> list[int]:
    opening = (account[0].source.balance_after or 0) - account[0].amount_minor
    return [opening, *(item.source.balance_after or 0 for item in account[:-1])]


def _by_month(
    lines: Sequence[Movement], balances: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    days: defaultdict[date, list[int]] = defaultdict(list)
    for (_, _, _, source), balance in zip(lines, balances, strict=False):
        days[source.booked_on].append(balance)
    months: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for day, told in days.items():
        months[day.year, day.month] += told
    return tuple(tuple(month) for month in months.values())


def mean(amounts: Sequence[int]) -> float:
    """Return the plain mean."""
    return sum(amounts) / len(amounts)


def deviation(amounts: Sequence[int]) -> float:
    """Return the sample's standard deviation; two or more amounts are needed."""
    middle = mean(amounts)
    squares = sum((amount - middle) * (amount - middle) for amount in amounts)
    return math.sqrt(squares / (len(amounts) - 1))


def skew(amounts: Sequence[int]) -> float | None:
    """Return the third moment over the cubed sample deviation (b1 of Joanes and Gill)."""
    if len(amounts) < 2 or not (spread := deviation(amounts)):  # noqa: PLR2004 - of a sample
        return None
    middle = mean(amounts)
    cubes = sum((amount - middle) ** 3 for amount in amounts)
    return cubes / len(amounts) / (spread * spread * spread)
