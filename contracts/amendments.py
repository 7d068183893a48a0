"""Change a running plan: every change is a new version of the terms from a day on."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from contracts import schedule
from contracts.book import Book, Line
from contracts.errors import EventInvalid
from contracts.events import (
    DueDateShifted,
    PaymentHoliday,
    RateChanged,
    Reamortised,
    Restructured,
)
from contracts.terms import Component, Pause, RateStep, Shift, Terms
from ledger.money import Money


def change_rate(book: Book, event: RateChanged) -> None:
    """Let another rate hold; the instalments to come are levelled anew."""
    others = [step for step in book.terms.rate_steps if step.starts_on != event.on]
    change = RateStep(event.on, event.rate_bps)
    steps = sorted([*others, change], key=lambda step: step.starts_on)
    _amend(book, replace(book.terms, rate_steps=tuple(steps)), event.on)


def shift_due_date(book: Book, event: DueDateShifted) -> None:
    """Move one instalment to come."""
    number = _next_number(book, event.on)
    if event.instalment < number:
        raise EventInvalid(field="instalment", reason="must be one still to come")
    if event.to <= event.on:
        raise EventInvalid(field="to", reason="must be after the day it is moved on")
    shift = Shift(event.instalment - book.offset, event.to)
    _amend(book, replace(book.terms, shifts=(*book.terms.shifts, shift)), event.on)


def pause(book: Book, event: PaymentHoliday) -> None:
    """Skip the next instalments and go on as many longer."""
    first = _next_untouched(book, event.on)
    if book.terms.due_dates or book.terms.plan:
        raise EventInvalid(field="instalments", reason="needs a regular plan")
    gap = Pause(first - book.offset, event.instalments, event.rule)
    longer = book.terms.instalments + event.instalments
    pauses = (*book.terms.pauses, gap)
    _amend(book, replace(book.terms, pauses=pauses, instalments=longer), event.on)


def reamortise(book: Book, event: Reamortised) -> None:
    """Fold overdue principal into the plan; overdue interest and fees stay due."""
    if book.closed_on is not None:
        return
    first = _next_untouched(book, event.on)
    if event.instalments is not None:
        if event.instalments < 1:
            raise EventInvalid(field="instalments", reason="must be 1 or more")
        count = first - book.offset - 1 + event.instalments
        book.terms = _next_version(replace(book.terms, instalments=count))
    folded = 0
    for line in book.lines:
        if line.component is Component.PRINCIPAL and line.due_on <= event.on:
            folded += line.unpaid
            line.owed = line.paid
    book.replan(first, less=-folded)


def restructure(book: Book, event: Restructured) -> None:
    """End the old plan on the day, and begin the new one with what is owed."""
    interest = book.payoff(event.on)[Component.INTEREST]
    accrued = interest - book.sum_unpaid(Component.INTEREST, due_by=event.on)
    principal = book.outstanding(event.on)
    last = max(
        (line.number for line in book.lines if line.due_on <= event.on), default=0
    )
    _end_plan(book, event.on, last + 1, accrued)
    if event.capitalises:
        principal += _capitalise(book)
    book.terms, book.offset = _terms_for(event, principal), last + 1
    book.is_forborne = event.is_forborne
    book.billed, book.accrued_to = book.offset, event.on
    book.accrued = book.running = Fraction(0)
    rows = book.renumbered(schedule.build(book.terms).rows)
    book.lay_out(rows, first=book.offset + 1)


def _terms_for(event: Restructured, principal: int) -> Terms:
    """Return the new terms for what is owed; refuse terms of another amount or day."""
    terms = event.terms
    if terms.disbursed_on != event.on or terms.tranches:
        raise EventInvalid(field="terms.disbursed_on", reason="must be the same day")
    if event.is_owed and principal:
        return replace(terms, principal=Money(principal, terms.currency))
    if terms.principal.minor != principal:
        raise EventInvalid(field="terms.principal", reason="must be what is owed")
    return terms


def _end_plan(book: Book, on: date, number: int, accrued: int) -> None:
    """Drop what is to come; interest earned so far falls due on the day."""
    earned = book.earned(on)
    kept = [row for row in book.rows if row.ends_on <= on]
    current = [row for row in book.rows if row.starts_on < on < row.ends_on]
    known = sum(row.earned_minor for row in kept)
    for row in current:
        period = row.period._replace(number=number, ends_on=on, due_on=on)
        kept.append(
            row._replace(
                period=period, earned_minor=earned - known, capitalised_minor=0
            )
        )
    book.rows = kept
    for line in book.lines:
        if line.component is Component.PRINCIPAL:
            line.owed = line.paid
    ahead = [line for line in book.lines if line.due_on > on]
    book.lines = [line for line in book.lines if line.due_on <= on]
    for component in (Component.FEE, Component.INTEREST, Component.PRINCIPAL):
        paid = sum(line.paid for line in ahead if line.component is component)
        due = accrued if component is Component.INTEREST else 0
        book.lines.append(Line(component, number, on, paid + due, paid))


def _capitalise(book: Book) -> int:
    """Make principal of everything owed beside it."""
    added = 0
    for line in book.lines:
        if line.component is Component.INTEREST:
            book.capitalised += line.unpaid
        added += line.unpaid
        line.owed = line.paid
    return added


def _amend(book: Book, terms: Terms, on: date) -> None:
    """Put a new version of the terms in force from the next untouched instalment.

    A loan that turns out to have been closed before has no plan left to change.
    """
    if book.closed_on is not None:
        return
    first = _next_untouched(book, on)
    before = _next_number(book, on)
    book.terms = _next_version(terms)
    if before < first:
        _reprice(book, before)
    book.replan(first)


def _reprice(book: Book, number: int) -> None:
    """Give an instalment that was partly paid ahead its interest by the new terms."""
    row = next(row for row in book.rows if row.number == number)
    moved = schedule.reprice(book.terms, row, book.offset)
    book.rows[book.rows.index(row)] = moved
    interest = book.line(number, Component.INTEREST)
    more = moved.earned_minor - row.earned_minor
    interest.owed = max(interest.paid, interest.owed + more)
    for line in book.lines:
        if line.number == number and line.component is not Component.PENALTY:
            line.due_on = moved.due_on


def _next_version(terms: Terms) -> Terms:
    return replace(terms, version=terms.version + 1)


def _next_number(book: Book, on: date) -> int:
    ahead = [row.number for row in book.rows if row.due_on > on]
    if not ahead:
        raise EventInvalid(field="on", reason="must be before the last instalment")
    return min(ahead)


def _next_untouched(book: Book, on: date) -> int:
    """Return the next instalment of which nothing was paid ahead."""
    number = _next_number(book, on)
    while any(line.paid for line in book.lines if line.number == number):
        number += 1
    if number > max(row.number for row in book.rows):
        raise EventInvalid(field="on", reason="must be before the last instalment")
    return number
