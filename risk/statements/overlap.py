"""Hold a party's files against each other: lines told twice, and lines that disagree."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from risk.statements.findings import Finding, Flaw
from risk.statements.parsed import ParsedStatement, Transaction

_Same = tuple[date, int, str]
# Two accounts may share a payment of the same day and words; hardly half of them.
_ALIKE_AT_LEAST_LINES = 5


def compare(statements: Sequence[ParsedStatement]) -> tuple[Finding, ...]:
    """Return what files say against each other, by the lines of the later given one.

    The same account's days may be told by two files: then both tell the same lines.
    """
    return tuple(
        finding
        for first, second in combinations(statements, 2)
        for finding in _against(first, second)
    )


def is_one_account(first: ParsedStatement, second: ParsedStatement) -> bool:
    """Say whether two files are of one account, by its name or by the lines they share."""
    if first.account and second.account:
        return first.account == second.account
    return _tell_the_same(first, second)


def _against(first: ParsedStatement, second: ParsedStatement) -> Iterator[Finding]:
    if first.currency != second.currency:
        return
    if first.account and first.account == second.account:
        disagreeing = _only_in_one(first, second)
        if disagreeing:
            yield Finding(Flaw.FILES_DISAGREE, disagreeing)
    elif _tell_the_same(first, second):
        told = Counter(map(_same, first.transactions))
        lines = (item.line for item in second.transactions if told[_same(item)])
        yield Finding(Flaw.TOLD_BY_TWO_FILES, tuple(lines))


def _only_in_one(first: ParsedStatement, second: ParsedStatement) -> tuple[int, ...]:
    """Return lines inside the days both tell that only one of them tells.

    The first and last of these days may be cut by the export's hour.
    """
    days = _shared_days(first, second)
    if days is None:
        return ()
    told = [
        {
            _same(item)[:2]: item
            for item in one.transactions
            if days[0] < item.booked_on < days[1]
        }
        for one in (first, second)
    ]
    alone = told[0].keys() ^ told[1].keys()
    return tuple(sorted((told[1].get(key) or told[0][key]).line for key in alone))


def _shared_days(
    first: ParsedStatement, second: ParsedStatement
) -> tuple[date, date] | None:
    if not first.transactions or not second.transactions:
        return None
    start = max(one.transactions[0].booked_on for one in (first, second))
    end = min(one.transactions[-1].booked_on for one in (first, second))
    return (start, end) if start < end else None


def _tell_the_same(first: ParsedStatement, second: ParsedStatement) -> bool:
    shared = Counter(map(_same, first.transactions)) & Counter(
        map(_same, second.transactions)
    )
    fewer = min(len(first.transactions), len(second.transactions))
    return shared.total() >= _ALIKE_AT_LEAST_LINES and shared.total() * 2 >= fewer


def _same(item: Transaction) -> _Same:
    return item.booked_on, item.amount_minor, item.reference
