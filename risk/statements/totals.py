"""Hold a table's lines against the totals it states below or between them."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from risk.statements.currencies import Part
from risk.statements.findings import Finding, Flaw
from risk.statements.rows import RowReader


def unlike_totals(one: Part, reader: RowReader) -> tuple[Finding, ...]:
    """Return the lines of totals that neither all lines above nor their page add up to.

    Only a total under every column of amounts is one for sure.
    """
    places = _added_up(reader)
    stated = [
        (row.line, amounts)
        for row, why in one.asides
        if why == "total" and (amounts := _amounts(reader, row.cells, places))
    ]
    if not stated or one.currency:
        return ()
    sums = [
        list(accumulate((m or 0 for m in reader.amounts(one.movements, at)), initial=0))
        for at in places
    ]
    unlike, page = [], 0
    for line, amounts in stated:
        end = bisect_left(one.movements.lines, line)
        of_all = [kept[end] for kept in sums]
        of_page = [kept[end] - kept[page] for kept in sums]
        if not (_alike(amounts, of_all) or _alike(amounts, of_page)):
            unlike.append(line)
        page = end
    return (Finding(Flaw.TOTAL_UNLIKE_LINES, tuple(unlike)),) if unlike else ()


def _added_up(reader: RowReader) -> tuple[int, ...]:
    """Return the columns whose totals mean their sums: not where a word gives the sign."""
    columns = reader.columns
    if columns.side >= 0 or columns.fee >= 0:
        return ()
    if columns.debit >= 0 and columns.credit >= 0:
        return columns.debit, columns.credit
    return (columns.amount,)


def _amounts(
    reader: RowReader, cells: Sequence[str], places: Sequence[int]
) -> list[int]:
    found = [reader.amount(cells[place]) for place in places]
    return (
        [amount for amount in found if amount is not None] if None not in found else []
    )


def _alike(stated: Sequence[int], added: Sequence[int]) -> bool:
    """Compare without signs: some write what went out below zero, some do not."""
    return list(map(abs, stated)) == list(map(abs, added))
