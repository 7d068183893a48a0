"""Add a firm's accounts up by calendar month, for people to look at."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from risk.statements import Transaction


@dataclass(frozen=True)
class MonthFlow:
    """What came in and went out in a month, and the lowest balance any line states.

    ``lowest_minor`` adds the accounts' lowest balances; None while one states none.
    """

    month: date
    in_minor: int
    out_minor: int
    lowest_minor: int | None

    @property
    def net_minor(self) -> int:
        """Return what the month left."""
        return self.in_minor - self.out_minor


def by_month(accounts: Sequence[Iterable[Transaction]]) -> list[MonthFlow]:
    """Return the months that have lines, the oldest first."""
    came: defaultdict[date, int] = defaultdict(int)
    went: defaultdict[date, int] = defaultdict(int)
    lowest: defaultdict[date, dict[int, int | None]] = defaultdict(dict)
    for number, lines in enumerate(accounts):
        for line in lines:
            month = line.booked_on.replace(day=1)
            came[month] += max(line.amount_minor, 0)
            went[month] += max(-line.amount_minor, 0)
            of_month = lowest[month]
            of_month[number] = _lower(
                of_month.get(number, line.balance_after), line.balance_after
            )
    return [
        MonthFlow(month, came[month], went[month], _sum(lowest[month].values()))
        for month in sorted(came)
    ]


def _lower(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else min(one, other)


def _sum(balances: Iterable[int | None]) -> int | None:
    total = 0
    for balance in balances:
        if balance is None:
            return None
        total += balance
    return total
