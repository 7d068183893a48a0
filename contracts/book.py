"""One loan's book while it is replayed: what is owed line by line, and what is paid."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from contracts import schedule
from contracts.schedule import Opening, Row
from contracts.terms import Component, PayoffRule, Terms, Timing


@dataclass(slots=True, eq=False)
class Line:
    """One thing owed: a component of an instalment, or a charge of its own."""

    component: Component
    number: int
    due_on: date
    owed: int
    paid: int = 0
    settled_on: date | None = None

    @property
    def unpaid(self) -> int:
        """What is still owed."""
        return self.owed - self.paid

    def pay(self, amount: int, on: date) -> int:
        """Take what is owed out of an amount; return what was taken."""
        taken = min(self.unpaid, amount)
        self.paid += taken
        if taken and not self.unpaid:
            self.settled_on = on
        return taken

    def timing(self, on: date) -> Timing:
        """Say when this falls due, seen from a day."""
        if self.due_on < on:
            return Timing.PAST_DUE
        return Timing.DUE if self.due_on == on else Timing.IN_ADVANCE


@dataclass(slots=True)
class Book:
    """The lines of the current plan, the charges, and what was lost or overpaid."""

    terms: Terms
    rows: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    charged: dict[int, int] = field(default_factory=dict)
    interest_forgone: int = 0
    overpaid: int = 0
    lost: dict[Component, int] = field(default_factory=dict)
    written_off_on: date | None = None
    closed_on: date | None = None
    earned_at_close: int = 0

    def lay_out(self, rows: Iterable[Row], *, first: int = 1) -> None:
        """Replace the plan from an instalment on; what was paid on it stays paid."""
        fresh = [row for row in rows if row.number >= first]
        self.rows = [row for row in self.rows if row.number < first] + fresh
        old: dict[tuple[int, Component], Line] = {
            (line.number, line.component): line
            for line in self.lines
            if line.number >= first and line.component is not Component.PENALTY
        }
        replaced = set(old.values())
        self.lines = [line for line in self.lines if line not in replaced]
        for row in fresh:
            for component, owed in _owed(row):
                before = old.get((row.number, component))
                paid = before.paid if before else 0
                self.lines.append(
                    Line(component, row.number, row.due_on, max(owed, paid), paid)
                )

    def sum_unpaid(self, component: Component, *, due_by: date | None = None) -> int:
        """Add up what is owed of a component, of all dates or up to one."""
        return sum(
            line.unpaid
            for line in self.lines
            if line.component is component and (due_by is None or line.due_on <= due_by)
        )

    def sum_paid(self, component: Component) -> int:
        """Add up what was paid of a component."""
        return sum(line.paid for line in self.lines if line.component is component)

    def earned(self, on: date) -> int:
        """Return the interest earned from the first day to a day, or to the closing."""
        if self.closed_on is not None and on >= self.closed_on:
            return self.earned_at_close
        return sum(
            schedule.accrued_minor(self.terms, row, on)
            for row in self.rows
            if row.starts_on < on
        )

    def owed_interest(self, until: date) -> int:
        """Return the interest earned up to a day that nobody paid or forgave."""
        paid = self.sum_paid(Component.INTEREST) + self.interest_forgone
        return max(0, self.earned(until) - paid)

    def payoff(self, on: date) -> dict[Component, int]:
        """Return what would close the loan on a day."""
        due_interest = self.sum_unpaid(Component.INTEREST, due_by=on)
        return {
            Component.PENALTY: self.sum_unpaid(Component.PENALTY),
            Component.FEE: self.sum_unpaid(Component.FEE, due_by=on),
            Component.INTEREST: max(
                due_interest, self.owed_interest(self._charged_until(on))
            ),
            Component.PRINCIPAL: self.sum_unpaid(Component.PRINCIPAL),
        }

    def _charged_until(self, on: date) -> date:
        """Return the day up to which an early payoff is charged interest."""
        if self.terms.payoff is PayoffRule.TO_DATE:
            return on
        return next((row.ends_on for row in self.rows if row.ends_on >= on), on)

    def close_early(self, on: date, *, until: date | None = None) -> None:
        """Call the rest of the plan due on a day, with the interest to then only."""
        later = [line for line in self.lines if line.due_on > on]
        if not later:
            return
        until = until or self._charged_until(on)
        due_interest = self.sum_unpaid(Component.INTEREST, due_by=on)
        accrued = max(0, self.owed_interest(until) - due_interest)
        self.earned_at_close, self.closed_on = self.earned(until), on
        self.lines = [line for line in self.lines if line.due_on <= on]
        number = min(line.number for line in later)
        for component in (Component.FEE, Component.INTEREST, Component.PRINCIPAL):
            same = [line for line in later if line.component is component]
            paid = sum(line.paid for line in same)
            owed = {Component.FEE: paid, Component.INTEREST: paid + accrued}.get(
                component, sum(line.owed for line in same)
            )
            self.lines.append(Line(component, number, on, owed, paid))

    def replan(self, number: int, balance: int, *, level: int | None) -> None:
        """Build the plan anew from an instalment on, for the principal left then."""
        rows: Iterable[Row] = ()
        if balance and number <= self.terms.instalments:
            opening = Opening(number, balance, level_minor=level)
            rows = schedule.continue_from(self.terms, opening).rows
        self.lay_out((row for row in rows if row.payment), first=number)


def _owed(row: Row) -> tuple[tuple[Component, int], ...]:
    return (
        (Component.FEE, row.fee_minor),
        (Component.INTEREST, row.interest_minor),
        (Component.PRINCIPAL, row.principal_minor),
    )
