"""Join statements of the same account, so that a day told by two files counts once."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from risk.statements.parsed import ParsedStatement, Transaction

_Same = tuple[date, int, int | None, str]


def merge_accounts(
    statements: Sequence[ParsedStatement],
) -> list[tuple[Transaction, ...]]:
    """Return each account's transactions once, oldest first, with running balances.

    Files that overlap tell the same lines; equal lines within one file are all real.
    """
    files: dict[str, list[tuple[Transaction, ...]]] = defaultdict(list)
    for number, statement in enumerate(statements):
        # A file that names no account can only be joined with itself.
        name = statement.account or f"unnamed {number}"
        files[name].append(statement.with_running_balances())
    return [_merge(parts) for _, parts in sorted(files.items())]


def _merge(parts: list[tuple[Transaction, ...]]) -> tuple[Transaction, ...]:
    if len(parts) == 1:
        return parts[0]
    merged: list[Transaction] = []
    told: Counter[_Same] = Counter()
    for part in sorted(parts, key=lambda lines: lines[0].booked_on):
        here: Counter[_Same] = Counter()
        for item in part:
            here[_same(item)] += 1
            if here[_same(item)] > told[_same(item)]:
                merged.append(item)
        told |= here
    return tuple(sorted(merged, key=lambda item: item.booked_on))


def _same(item: Transaction) -> _Same:
    return item.booked_on, item.amount_minor, item.balance_after, item.reference
