"""Join statements of the same account, so that a day told by two files counts once."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from risk.statements.overlap import is_one_account
from risk.statements.parsed import ParsedStatement, Transaction

_Same = tuple[date, int, int | None, str]


def merge_accounts(
    statements: Sequence[ParsedStatement],
) -> list[tuple[Transaction, ...]]:
    """Return each account's transactions once, oldest first, with running balances.

    Files that overlap tell the same lines; equal lines within one file are all real.
    A file that names no account belongs to the account whose lines it tells.
    """
    accounts: list[list[ParsedStatement]] = []
    for statement in sorted(statements, key=lambda one: not one.account):
        for known in accounts:
            if any(is_one_account(other, statement) for other in known):
                known.append(statement)
                break
        else:
            accounts.append([statement])
    accounts.sort(key=lambda files: files[0].account)
    return [
        _merge([one.with_running_balances() for one in files]) for files in accounts
    ]


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
