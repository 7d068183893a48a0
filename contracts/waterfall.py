"""Use a receipt in the agreed order: what is past due, what is due, then ahead."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import assert_never

from contracts import running
from contracts.book import Book, Line
from contracts.terms import Bucket, Component, Excess, Timing
from ledger.money import split_units

Shares = Counter[Component]


def pay(book: Book, amount: int, on: date) -> tuple[Shares, int]:
    """Pay an amount into a book; return what each component got and what is left.

    Enough to close the loan closes it, with interest up to the day only. In advance
    means: instalment by instalment as the excess rule says.
    """
    principal = book.outstanding(on)
    if amount >= principal and amount >= sum(book.payoff(on).values()):
        book.close_early(on)
        principal = book.outstanding(on)
    shares: Shares = Counter()
    early = running.paid_early(book)
    rest = _pay_lines(_due_lines(book, on), amount, on, shares)
    if rest:
        running.call_accrued(book, on)
        rest = _pay_ahead(book, rest, on, shares)
    if book.is_daily and book.outstanding(on) != principal:
        running.cut(book, on)
    book.accrued -= running.paid_early(book) - early
    return shares, rest


def _due_lines(book: Book, on: date) -> list[Line]:
    rank = {bucket: place for place, bucket in enumerate(book.terms.waterfall)}
    due = [line for line in book.lines if line.due_on <= on and line.unpaid]
    return sorted(
        due,
        key=lambda line: (
            rank[Bucket(line.timing(on), line.component)],
            line.due_on,
            line.number,
        ),
    )


def _pay_lines(lines: Iterable[Line], amount: int, on: date, shares: Shares) -> int:
    for line in lines:
        taken = line.pay(amount, on)
        shares[line.component] += taken
        amount -= taken
    return amount


def _pay_ahead(book: Book, amount: int, on: date, shares: Shares) -> int:
    ahead = _lines_ahead(book, on)
    if not ahead:
        return amount
    excess = book.terms.excess
    match excess:
        case Excess.NEXT:
            return _pay_lines(ahead, amount, on, shares)
        case Excess.LAST:
            numbers = sorted({line.number for line in ahead}, reverse=True)
            backwards = [
                line for number in numbers for line in ahead if line.number == number
            ]
            return _pay_lines(backwards, amount, on, shares)
        case Excess.SPREAD:
            step = book.terms.currency.settlement_step
            return _spread(ahead, amount, on=on, shares=shares, step=step)
        case Excess.SHORTEN | Excess.REAMORTISE:
            return _prepay(book, amount, shares=shares, on=on)
        case _:
            assert_never(excess)


def _lines_ahead(book: Book, on: date) -> list[Line]:
    """Return unpaid lines of later instalments, the next first, in waterfall order."""
    order = [
        bucket.component
        for bucket in book.terms.waterfall
        if bucket.timing is Timing.IN_ADVANCE
    ]
    later = [line for line in book.lines if line.due_on > on and line.unpaid]
    return sorted(later, key=lambda line: (line.number, order.index(line.component)))


def _spread(
    ahead: list[Line], amount: int, *, on: date, shares: Shares, step: int
) -> int:
    """Pay the principal of all later instalments by equal payable parts."""
    open_lines = [line for line in ahead if line.component is Component.PRINCIPAL]
    while amount and open_lines:
        parts = split_units(amount, [1] * len(open_lines), step)
        for line, part in zip(open_lines, parts, strict=True):
            amount -= part
            amount += _pay_lines([line], part, on, shares)
        open_lines = [line for line in open_lines if line.unpaid]
    return amount


def _prepay(book: Book, amount: int, *, shares: Shares, on: date) -> int:
    """Pay the next instalment, then principal, and build the later rows anew."""
    ahead = _lines_ahead(book, on)
    number = ahead[0].number
    amount = _pay_lines(
        [line for line in ahead if line.number == number], amount, on, shares
    )
    later = sum(
        line.unpaid
        for line in book.lines
        if line.component is Component.PRINCIPAL and line.number > number
    )
    extra = min(amount, later)
    if not extra:
        return amount
    current = next(
        line
        for line in book.lines
        if line.component is Component.PRINCIPAL and line.number == number
    )
    current.owed, current.paid = current.owed + extra, current.paid + extra
    shares[Component.PRINCIPAL] += extra
    book.replan(number + 1, less=extra, level=_kept_level(book, number))
    return amount - extra


def _kept_level(book: Book, number: int) -> int | None:
    """Return the instalment that a shortened plan goes on paying."""
    if book.terms.excess is not Excess.SHORTEN:
        return None
    return next((row.level_minor for row in book.rows if row.number == number), None)
