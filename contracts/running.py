"""Interest that runs daily on the principal really outstanding.

The instalments stay what the plan says; as time passes each is told its interest when
its period ends, and the rest of it is principal. The last takes what is left. What is
accrued but in no line yet waits in the book. Interest ends with the last period.
"""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise

from contracts.book import Book
from contracts.periods import growth_ratio, round_to_step
from contracts.rows import Row
from contracts.terms import Component, Method

_LEVEL_METHODS = (Method.ANNUITY, Method.BALLOON)


def advance(book: Book, on: date) -> None:
    """Let interest run up to a day, and show the instalments to come as they stand."""
    if not book.is_daily:
        return
    book.running = Fraction(0)
    for row in _unbilled(book):
        if row.ends_on > on:
            book.running = _run(book, row, on)
            break
        book.accrued += _run(book, row, row.ends_on)
        book.accrued_to = row.ends_on
        _reflow(book, row.ends_on, accrues=False)
        interest = book.line(row.number, Component.INTEREST).paid
        principal = book.line(row.number, Component.PRINCIPAL).paid
        if not _is_settled(book, row, interest, principal):
            book.accrued = Fraction(0)
        book.billed = row.number
    _reflow(book, on, accrues=True)


def cut(book: Book, on: date) -> None:
    """Fix the interest run so far, because the principal is another from this day on.

    Only a change of principal cuts a period: thirty-day months do not add up when cut.
    """
    if book.is_daily:
        book.accrued += book.running
        book.running, book.accrued_to = Fraction(0), on


def call_accrued(book: Book, on: date) -> None:
    """Put the interest accrued by now, and no more, into the next instalment."""
    if book.is_daily:
        _reflow(book, on, accrues=False)


def paid_early(book: Book) -> int:
    """Return the interest paid on instalments whose period has not ended."""
    if not book.is_daily:
        return 0
    return sum(
        line.paid
        for line in book.lines
        if line.component is Component.INTEREST and line.number > book.billed
    )


def _unbilled(book: Book) -> list[Row]:
    return [row for row in book.rows if row.number > book.billed]


def _run(book: Book, row: Row, until: date) -> Fraction:
    """Return the interest since the last cut; money that goes out cuts too."""
    start = max(book.accrued_to, row.starts_on)
    return _grown(book, row, start=start, end=until, principal_on=book.outstanding)


def _grown(
    book: Book,
    row: Row,
    *,
    start: date,
    end: date,
    principal_on: Callable[[date], int],
) -> Fraction:
    """Return a row's interest from one day to another, cut where money goes out."""
    inside = {part.on for part in book.terms.tranches if start < part.on < end}
    pieces = []
    for left, right in pairwise([start, *sorted(inside), end]):
        top, bottom = growth_ratio(book.terms, row.period, left, right)
        pieces.append(Fraction(principal_on(left) * top, bottom))
    return sum(pieces[1:], pieces[0])


def _reflow(book: Book, on: date, *, accrues: bool) -> None:
    """Tell every instalment to come its interest and principal, as if arrears were paid.

    With ``accrues`` interest goes on to each period's end; without, only what is
    accrued by now is asked for, with the first of them.
    """
    arrears = sum(
        line.unpaid
        for line in book.lines
        if line.component is Component.PRINCIPAL and line.number <= book.billed
    )
    left = book.sum_unpaid(Component.PRINCIPAL) - arrears
    carried, lines = book.accrued + book.running, book.by_place()
    for row in _unbilled(book):
        if accrues:
            coming = _to_come(book, row, principal=left, on=on, cut=bool(arrears))
            carried = carried + coming if carried else coming
        interest = lines[row.number, Component.INTEREST]
        principal = lines[row.number, Component.PRINCIPAL]
        if _is_settled(book, row, interest.paid, principal.paid):
            interest.owed, principal.owed = interest.paid, principal.paid
            continue
        rule = book.terms.rounds
        due = max(0, round_to_step(carried, rule.interest, rule.interest_step))
        interest.owed, carried = interest.paid + due, Fraction(0)
        wanted = _planned_principal(book, row, interest.owed) - principal.paid
        asked = left if row is book.rows[-1] else max(0, min(left, wanted))
        principal.owed = principal.paid + asked
        left -= asked


def _to_come(book: Book, row: Row, *, principal: int, on: date, cut: bool) -> Fraction:
    """Return the interest from a day to a period's end, in one piece where it is.

    ``principal`` is what is left to be paid, money that is still to go out included.
    """
    if row.starts_on < on and not cut:
        return _run(book, row, row.ends_on) - book.running
    payouts = book.terms.tranches

    def gone_out(by: date) -> int:
        return principal - sum(part.amount.minor for part in payouts if part.on > by)

    start = max(row.starts_on, on)
    return _grown(book, row, start=start, end=row.ends_on, principal_on=gone_out)


def _planned_principal(book: Book, row: Row, interest: int) -> int:
    if book.terms.method in _LEVEL_METHODS:
        return row.level_minor - interest
    return row.principal_minor


def _is_settled(book: Book, row: Row, interest: int, principal: int) -> bool:
    """Tell whether what was paid settles an instalment before its period ended.

    The last one never is settled: there is no later one for interest still to come.
    """
    if row is book.rows[-1]:
        return False
    if book.terms.method in _LEVEL_METHODS:
        return interest + principal >= row.level_minor > 0
    return principal >= row.principal_minor > 0
