"""One loan's book while it is replayed: what is owed line by line, and what is paid."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from contracts import schedule
from contracts.periods import layout, round_to_step
from contracts.schedule import Opening, Row
from contracts.terms import Accrual, Component, PayoffRule, Terms, Timing


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
    """The lines of the current plan, the charges, and what was lost or overpaid.

    ``forgone`` is what was waived, ``lost`` what was written off and not recovered,
    ``got`` what receipts and recoveries paid.
    ``capitalised`` is interest that a restructuring made principal.
    ``offset`` is the number of the last instalment before the current terms.
    ``accrued``, up to ``accrued_to``, and what is ``running`` since, is daily interest
    that is in no line yet; instalments up to ``billed`` have theirs.
    """

    terms: Terms
    rows: list[Row] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    charged: dict[int, int] = field(default_factory=dict)
    forgone: Counter[Component] = field(default_factory=Counter)
    lost: Counter[Component] = field(default_factory=Counter)
    got: Counter[Component] = field(default_factory=Counter)
    overpaid: int = 0
    capitalised: int = 0
    is_forborne: bool = False
    offset: int = 0
    written_off_on: date | None = None
    closed_on: date | None = None
    earned_at_close: int = 0
    accrued: Fraction = Fraction(0)
    running: Fraction = Fraction(0)
    accrued_to: date = date.min
    billed: int = 0

    @property
    def is_daily(self) -> bool:
        """Whether interest runs on the principal really outstanding."""
        return self.terms.accrual is Accrual.DAILY and self.closed_on is None

    def line(self, number: int, component: Component) -> Line:
        """Return one line of an instalment."""
        return self.by_place()[number, component]

    def by_place(self) -> dict[tuple[int, Component], Line]:
        """Index the lines of instalments; charges are not among them."""
        return {
            (line.number, line.component): line
            for line in self.lines
            if line.number and line.component is not Component.PENALTY
        }

    def not_yet_owed(self, on: date) -> int:
        """Return principal of the plan that is to come: payouts, interest to be added.

        Of a loan closed early nothing is to come any more.
        """
        if self.closed_on is not None:
            return 0
        payouts = sum(part.amount.minor for part in self.terms.tranches if part.on > on)
        return payouts + sum(
            row.capitalised_minor for row in self.rows if row.ends_on > on
        )

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
            for component, planned in _owed(row):
                before = old.get((row.number, component))
                paid = before.paid if before else 0
                # A new plan is for the principal not paid yet; interest it asks for
                # may have been paid ahead.
                of_principal = component is Component.PRINCIPAL
                owed = planned + paid if of_principal else max(planned, paid)
                self.lines.append(Line(component, row.number, row.due_on, owed, paid))

    def sum_unpaid(self, component: Component, *, due_by: date | None = None) -> int:
        """Add up what is owed of a component, of all dates or up to one."""
        return sum(
            line.owed - line.paid
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
        if self.is_daily:
            return self._earned_daily()
        return sum(
            schedule.accrued_minor(self.terms, row, on)
            for row in self.rows
            if row.starts_on < on
        )

    def _earned_daily(self) -> int:
        in_lines = sum(
            line.owed if line.number <= self.billed else line.paid
            for line in self.lines
            if line.component is Component.INTEREST
        )
        rule = self.terms.rounds
        accrued = round_to_step(
            self.accrued + self.running, rule.interest, rule.interest_step
        )
        known = in_lines + self.forgone[Component.INTEREST] + self.capitalised
        return max(0, known + accrued)

    def owed_interest(self, until: date) -> int:
        """Return the interest earned up to a day that nobody paid or forgave."""
        settled = self.sum_paid(Component.INTEREST) + self.forgone[Component.INTEREST]
        return max(0, self.earned(until) - settled - self.added_interest(until))

    def added_interest(self, until: date) -> int:
        """Return the interest that became principal by a day, or by the closing."""
        until = min(until, self.closed_on or until)
        return self.capitalised + sum(
            row.capitalised_minor for row in self.rows if row.ends_on <= until
        )

    def outstanding(self, on: date) -> int:
        """Return the principal that went out and did not come back."""
        return self.sum_unpaid(Component.PRINCIPAL) - self.not_yet_owed(on)

    def payoff(self, on: date) -> dict[Component, int]:
        """Return what would close the loan on a day."""
        due_interest = self.sum_unpaid(Component.INTEREST, due_by=on)
        owed_interest = self.owed_interest(self._charged_until(on))
        if self.is_daily and self.terms.payoff is PayoffRule.TO_PERIOD_END:
            owed_interest = due_interest + self._next_interest(on)
        return {
            Component.PENALTY: self.sum_unpaid(Component.PENALTY),
            Component.FEE: self.sum_unpaid(Component.FEE, due_by=on),
            Component.INTEREST: max(due_interest, owed_interest),
            Component.PRINCIPAL: self.outstanding(on),
        }

    def _next_interest(self, on: date) -> int:
        """Return the interest of the instalment that is next due."""
        ahead = [line for line in self.lines if line.due_on > on]
        return next(
            (line.unpaid for line in ahead if line.component is Component.INTEREST), 0
        )

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
        due_interest = self.sum_unpaid(Component.INTEREST, due_by=on)
        owed_interest = self.payoff(on)[Component.INTEREST]
        if until is not None:
            owed_interest = max(due_interest, self.owed_interest(until))
        accrued, principal = owed_interest - due_interest, self.not_yet_owed(on)
        paid_before = self.sum_paid(Component.INTEREST)
        self.lines = [line for line in self.lines if line.due_on <= on]
        number = min(line.number for line in later)
        for component in (Component.FEE, Component.INTEREST, Component.PRINCIPAL):
            same = [line for line in later if line.component is component]
            paid = sum(line.paid for line in same)
            owed = {
                Component.FEE: paid,
                Component.INTEREST: paid + accrued,
                Component.PRINCIPAL: sum(line.owed for line in same) - principal,
            }[component]
            self.lines.append(Line(component, number, on, owed, paid))
        self.closed_on = on
        forgone = self.forgone[Component.INTEREST]
        added = self.added_interest(on)
        self.earned_at_close = paid_before + owed_interest + forgone + added

    def replan(self, number: int, *, less: int = 0, level: int | None = None) -> None:
        """Build the plan anew from an instalment on, for the principal left then."""
        relative = number - self.offset
        if relative > self.terms.instalments:
            return
        start = layout(self.terms)[relative - 1].starts_on
        balance = sum(
            line.unpaid
            for line in self.lines
            if line.component is Component.PRINCIPAL and line.number >= number
        )
        balance -= less + sum(
            part.amount.minor
            for part in schedule.arrivals_of(self.terms)
            if part.on >= start
        )
        balance -= sum(r.capitalised_minor for r in self.rows if r.number >= number)
        kept = next((r.kept_minor for r in self.rows if r.number == number - 1), 0)
        opening = Opening(relative, balance, kept, level)
        rows = schedule.continue_from(self.terms, opening).rows
        self.lay_out(self.renumbered(rows), first=number)

    def renumbered(self, rows: Iterable[Row]) -> list[Row]:
        """Number rows of the current terms on from the instalments before them."""
        moved = [
            row._replace(period=row.period._replace(number=row.number + self.offset))
            for row in rows
        ]
        while moved and not moved[-1].payment:
            moved.pop()
        return moved


def _owed(row: Row) -> tuple[tuple[Component, int], ...]:
    return (
        (Component.FEE, row.fee_minor),
        (Component.INTEREST, row.interest_minor),
        (Component.PRINCIPAL, row.principal_minor),
    )
