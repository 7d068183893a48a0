"""Interest that runs daily on the principal really outstanding.

The instalments stay what the plan says; as time passes each is told its interest when
its period ends, and the rest of it is principal. The last takes what is left. What is
accrued but in no line yet waits in the book. Interest ends with the last period.
"""

from datetime import date
from fractions import Fraction

from contracts.book import Book
from contracts.periods import growth, round_to_step
from contracts.rows import Row
from contracts.terms import Component, Method

_LEVEL_METHODS = (Method.ANNUITY, Method.BALLOON)


def advance(book: Book, on: date) -> None:
    """Let interest run up to a day, and show the instalments to come as they stand."""
    if not book.is_daily:
        return
    for row in _unbilled(book):
        if row.ends_on > on:
            break
        _accrue(book, row, row.ends_on)
        _reflow(book, row.ends_on, accrues=False)
        if not _is_settled(book, row):
            book.accrued = Fraction(0)
        book.billed = row.number
    for row in _unbilled(book)[:1]:
        _accrue(book, row, on)
    _reflow(book, on, accrues=True)


def call_accrued(book: Book, on: date) -> None:
    """Put the interest accrued by now, and no more, into the next instalment."""
    if book.is_daily:
        _reflow(book, on, accrues=False)


def paid_early(book: Book) -> int:
    """Return the interest paid on instalments whose period has not ended."""
    return sum(
        line.paid
        for line in book.lines
        if line.component is Component.INTEREST and line.number > book.billed
    )


def _unbilled(book: Book) -> list[Row]:
    return [row for row in book.rows if row.number > book.billed]


def _accrue(book: Book, row: Row, on: date) -> None:
    """Add the interest of a stretch; money that goes out in it cuts it."""
    start = max(book.accrued_to, row.starts_on)
    days = {part.on for part in book.terms.tranches if start < part.on < on}
    for until in [*sorted(days), on]:
        if until > start:
            part = growth(book.terms, row.period, start, until)
            book.accrued += book.outstanding(start) * part
        start = max(start, until)
    book.accrued_to = max(book.accrued_to, on)


def _reflow(book: Book, on: date, *, accrues: bool) -> None:
    """Tell every instalment to come its interest and principal, as if arrears were paid.

    With ``accrues`` interest goes on to each period's end; without, only what is
    accrued by now is asked for, with the first of them.
    """
    rows = _unbilled(book)
    left = book.outstanding(on) - sum(
        line.unpaid
        for line in book.lines
        if line.component is Component.PRINCIPAL and line.number <= book.billed
    )
    carried, since = book.accrued, max(book.accrued_to, on)
    for row in rows:
        if accrues:
            start = max(since, row.starts_on)
            carried += left * growth(book.terms, row.period, start, row.ends_on)
        interest = book.line(row.number, Component.INTEREST)
        principal = book.line(row.number, Component.PRINCIPAL)
        is_last = row is rows[-1]
        if _is_settled(book, row):
            interest.owed, principal.owed = interest.paid, principal.paid
            continue
        rule = book.terms.rounds
        due = round_to_step(
            max(Fraction(0), carried), rule.interest, rule.interest_step
        )
        interest.owed, carried = interest.paid + due, Fraction(0)
        wanted = _planned_principal(book, row, interest.owed) - principal.paid
        asked = left if is_last else max(0, min(left, wanted))
        principal.owed = principal.paid + asked
        left -= asked


def _planned_principal(book: Book, row: Row, interest: int) -> int:
    if book.terms.method in _LEVEL_METHODS:
        return row.level_minor - interest
    return row.principal_minor


def _is_settled(book: Book, row: Row) -> bool:
    """Tell whether an instalment was paid in full before its period ended.

    The last one never is: there is no later one for interest still to come.
    """
    if row is book.rows[-1]:
        return False
    interest = book.line(row.number, Component.INTEREST).paid
    principal = book.line(row.number, Component.PRINCIPAL).paid
    if book.terms.method in _LEVEL_METHODS:
        return interest + principal >= row.level_minor > 0
    return principal >= row.principal_minor > 0
