"""Judge whether a statement adds up: balances line by line, order, lines told twice."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from risk.statements.findings import Finding, Flaw, Integrity
from risk.statements.parsed import ParsedStatement, StatedBalance, Transaction
from risk.statements.screens import screen


def check(statement: ParsedStatement) -> Integrity:
    """Judge one statement; a broken balance rejects, a doubt asks a person to look."""
    return Integrity.of(tuple(_findings(statement)))


def _findings(statement: ParsedStatement) -> Iterator[Finding]:
    lines = statement.transactions
    yield from statement.findings
    broken = _broken_lines(statement)
    if broken:
        yield Finding(Flaw.BALANCE_BROKEN, broken)
    proved = _is_proved(statement)
    if not proved:
        yield Finding(Flaw.NO_BALANCES, ())
        # With balances on both sides a line told twice would break them.
        yield from (Finding(Flaw.DUPLICATE_LINES, same) for same in _told_twice(lines))
    backwards = tuple(
        after.line
        for before, after in itertools.pairwise(lines)
        if after.booked_on < before.booked_on
    )
    if backwards:
        yield Finding(Flaw.OUT_OF_ORDER, backwards)
    yield from screen(lines)


def _broken_lines(statement: ParsedStatement) -> tuple[int, ...]:
    """Walk the account once; name each line whose balance does not follow."""
    stated: dict[int, list[StatedBalance]] = defaultdict(list)
    for balance in statement.balances:
        stated[balance.position].append(balance)
    broken: list[int] = []
    running = _settle(None, stated.get(0, ()), broken)
    for position, item in enumerate(statement.transactions, start=1):
        if running is not None:
            running += item.amount_minor
        if item.balance_after is not None:
            if running not in {None, item.balance_after}:
                broken.append(item.line)
            running = item.balance_after
        if position in stated:
            running = _settle(running, stated[position], broken)
    return tuple(broken)


def _settle(
    running: int | None, balances: Iterable[StatedBalance], broken: list[int]
) -> int | None:
    """Hold a running balance against the stated ones; go on from what is stated."""
    for balance in balances:
        if running not in {None, balance.amount_minor}:
            broken.append(balance.line)
        running = balance.amount_minor
    return running


def _is_proved(statement: ParsedStatement) -> bool:
    """Say whether every line lies between two balances, or carries its own."""
    if all(item.balance_after is not None for item in statement.transactions):
        return True
    positions = {item.position for item in statement.balances}
    return 0 in positions and len(statement.transactions) in positions


def _told_twice(lines: Sequence[Transaction]) -> list[tuple[int, ...]]:
    seen: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for item in lines:
        key = (item.booked_on, item.amount_minor, item.counterparty, item.reference)
        seen[key].append(item.line)
    return [tuple(same) for same in seen.values() if len(same) > 1]
