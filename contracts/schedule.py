"""Schedules: what is due when; the rows always sum to the principal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple, assert_never

from contracts import level as levels
from contracts.periods import Period, growth, layout, round_to_step
from contracts.terms import GraceRule, Method, Terms, Tranche
from ledger.errors import ensure
from ledger.money import BPS_PER_ONE, Currency, Money, split_units

_LEVEL_METHODS = (Method.ANNUITY, Method.BALLOON)


class Row(NamedTuple):
    """One instalment, kept in minor units and shown as money.

    ``earned_minor`` is the interest of the period itself, which grace may make due
    elsewhere; ``capitalised_minor`` the part of it that became principal.
    """

    number: int
    starts_on: date
    ends_on: date
    due_on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int
    earned_minor: int
    capitalised_minor: int
    opening_minor: int
    balance_minor: int
    currency: Currency

    @property
    def principal(self) -> Money:
        """The principal due."""
        return Money(self.principal_minor, self.currency)

    @property
    def interest(self) -> Money:
        """The interest due."""
        return Money(self.interest_minor, self.currency)

    @property
    def fee(self) -> Money:
        """The fee due."""
        return Money(self.fee_minor, self.currency)

    @property
    def payment(self) -> Money:
        """All that is due."""
        total = self.principal_minor + self.interest_minor + self.fee_minor
        return Money(total, self.currency)

    @property
    def balance_after(self) -> Money:
        """The principal outstanding after the day's payment and payouts."""
        return Money(self.balance_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rows of an agreement and, where it has one, the level before rounding."""

    currency: Currency
    rows: tuple[Row, ...]
    level: Fraction | None

    @property
    def principal(self) -> Money:
        """Principal of all rows: what was lent, and capitalised interest."""
        return Money(sum(row.principal_minor for row in self.rows), self.currency)

    @property
    def interest(self) -> Money:
        """Interest of all rows."""
        return Money(sum(row.interest_minor for row in self.rows), self.currency)

    @property
    def fees(self) -> Money:
        """Fees of all rows, without the one kept back at the start."""
        return Money(sum(row.fee_minor for row in self.rows), self.currency)

    @property
    def payment(self) -> Money:
        """Everything the borrower will pay in instalments."""
        return self.principal + self.interest + self.fees


def build(terms: Terms) -> Schedule:
    """Build the schedule of new terms."""
    return continue_from(terms, Opening())


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a schedule starts: the period, what is owed then, and a level to keep."""

    number: int = 1
    balance_minor: int = 0
    kept_minor: int = 0
    level_minor: int | None = None


def continue_from(terms: Terms, opening: Opening) -> Schedule:
    """Build the rows from one period on, for a balance that may have changed."""
    periods = layout(terms)[opening.number - 1 :]
    plan = _Plan(terms, periods, opening)
    rows = plan.rows()
    if terms.rounds.evening and plan.level_minor is not None and rows:
        rows = _even_out(plan, rows)
    lent = opening.balance_minor + sum(
        tranche.amount.minor for tranche in plan.arrivals
    )
    repaid = sum(row.principal_minor - row.capitalised_minor for row in rows)
    ensure(repaid == lent, "the rows of a schedule sum to the principal")
    return Schedule(terms.currency, tuple(rows), plan.exact_level)


def _even_out(plan: "_Plan", rows: list[Row]) -> list[Row]:
    """Share the last instalment's difference over all, if that makes it smaller."""
    level = plan.level_minor or 0
    difference = _payment(rows[-1]) - level
    rule = plan.terms.rounds
    moved = level + Fraction(difference, len(rows))
    evened = round_to_step(moved, rule.instalment, rule.instalment_step)
    other = _Plan(plan.terms, plan.periods, replace(plan.opening, level_minor=evened))
    candidate = other.rows()
    nearer = abs(_payment(candidate[-1]) - evened) < abs(difference)
    return candidate if nearer else rows


def _payment(row: Row) -> int:
    return row.principal_minor + row.interest_minor


def arrivals_of(terms: Terms) -> tuple[Tranche, ...]:
    """Return the days and amounts in which the principal goes out."""
    return terms.tranches or (Tranche(terms.disbursed_on, terms.principal),)


@dataclass
class _Plan:
    """The walk through the periods; holds what one period leaves to the next."""

    terms: Terms
    periods: Sequence[Period]
    opening: Opening
    balance: int = 0
    kept: int = 0
    lent: int = 0
    share: int | None = None
    level_minor: int | None = None
    exact_level: Fraction | None = None
    arrivals: list[Tranche] = field(default_factory=list)

    def __post_init__(self) -> None:
        first = self.periods[0] if self.periods else None
        self.arrivals = [
            tranche
            for tranche in arrivals_of(self.terms)
            if first is not None
            and (self.opening.number == 1 or tranche.on >= first.starts_on)
        ]
        self.balance, self.kept = self.opening.balance_minor, self.opening.kept_minor
        self.lent = self.balance

    def rows(self) -> list[Row]:
        """Walk all periods."""
        self.level_minor = self.opening.level_minor
        return list(self._walk())

    def _walk(self) -> Iterator[Row]:
        for index, period in enumerate(self.periods):
            arriving = self._arriving(period)
            if index == 0 or arriving:
                self._relevel(index)
            yield self._row(period, arriving)

    def _arriving(self, period: Period) -> list[Tranche]:
        return [
            tranche
            for tranche in self.arrivals
            if period.starts_on <= tranche.on < period.ends_on
        ]

    def _row(self, period: Period, arriving: list[Tranche]) -> Row:
        opening = self.balance
        earned = self._earned(period, arriving)
        self.balance += sum(tranche.amount.minor for tranche in arriving)
        self.lent += sum(tranche.amount.minor for tranche in arriving)
        interest, spread, capitalised = self._due_interest(period, earned)
        self.balance += capitalised
        principal = self._due_principal(period, interest)
        interest += spread
        self.balance -= principal
        joining = sum(t.amount.minor for t in self.arrivals if t.on == period.ends_on)
        return Row(
            period.number,
            period.starts_on,
            period.ends_on,
            period.due_on,
            principal,
            interest,
            self._fee(principal + interest),
            earned,
            capitalised,
            opening,
            self.balance + joining,
            self.terms.currency,
        )

    def _relevel(self, index: int) -> None:
        """Set the level payment anew, unless one is to be kept."""
        self.share = None
        if self.terms.method not in _LEVEL_METHODS:
            return
        if index == 0 and self.level_minor is not None:
            return
        ahead = self._ahead(index)
        steps = [self._step(period, arrives=at == 0) for at, period in enumerate(ahead)]
        balloon = self.terms.balloon
        left = balloon.amount.minor if balloon and balloon.amount else 0
        self.exact_level = levels.solve(self.balance, steps, left)
        rule = self.terms.rounds
        self.level_minor = round_to_step(
            self.exact_level, rule.instalment, rule.instalment_step
        )

    def _ahead(self, index: int) -> Sequence[Period]:
        """Return the periods an annuity is levelled over; a balloon's go on."""
        balloon = self.terms.balloon
        if balloon is None or balloon.amortised_over is None:
            return self.periods[index:]
        number = self.periods[index].number
        return layout(self.terms, balloon.amortised_over)[number - 1 :]

    def _step(self, period: Period, *, arrives: bool) -> levels.Step:
        grace = self.terms.grace
        capitalises = (
            grace.rule is GraceRule.CAPITALISE and period.number <= grace.interest
        )
        pays = period.number > grace.principal
        grows = pays or capitalises
        joining = self._arriving(period) if arrives else []
        worth = sum(
            tranche.amount.minor
            * (1 + self._growth(period, tranche.on) if grows else Fraction(1))
            for tranche in joining
        )
        return levels.Step(self._growth(period, period.starts_on), worth, grows, pays)

    def _growth(self, period: Period, start: date) -> Fraction:
        return growth(self.terms, period, start, period.ends_on)

    def _earned(self, period: Period, arriving: list[Tranche]) -> int:
        """Return the interest of a period, rounded once."""
        base = self.lent if self.terms.method is Method.FLAT else self.balance
        exact = base * self._growth(period, period.starts_on) if base else Fraction(0)
        for tranche in arriving:
            exact += tranche.amount.minor * self._growth(period, tranche.on)
        rule = self.terms.rounds
        return round_to_step(exact, rule.interest, rule.interest_step)

    def _due_interest(self, period: Period, earned: int) -> tuple[int, int, int]:
        """Return the interest due in the level, beside it, and capitalised."""
        grace = self.terms.grace
        bullet = self.terms.method is Method.BULLET
        last_free = self.terms.instalments - 1 if bullet else grace.interest
        if period.number <= last_free:
            if grace.rule is GraceRule.CAPITALISE:
                return 0, 0, earned
            self.kept += earned
            return 0, 0, 0
        if grace.rule is GraceRule.SPREAD:
            ways = self.terms.instalments - period.number + 1
            step = self.terms.rounds.interest_step
            part = split_units(self.kept, [1] * ways, step)[0]
            self.kept -= part
            return earned, part, 0
        collected, self.kept = earned + self.kept, 0
        return collected, 0, 0

    def _due_principal(self, period: Period, interest: int) -> int:
        """Return the principal due; the last instalment takes what is left."""
        method, terms = self.terms.method, self.terms
        if period.number == terms.instalments:
            return self.balance
        if period.number <= terms.grace.principal:
            return 0
        match method:
            case Method.ANNUITY | Method.BALLOON:
                wanted = (self.level_minor or 0) - interest
            case Method.EQUAL_PRINCIPAL | Method.FLAT:
                wanted = self._share(period)
            case Method.INTEREST_ONLY | Method.BULLET:
                wanted = 0
            case Method.CUSTOM:
                wanted = terms.plan[period.number - 1].minor
            case _:
                assert_never(method)
        return max(0, min(self.balance, wanted))

    def _share(self, period: Period) -> int:
        if self.share is None:
            ways = self.terms.instalments - period.number + 1
            rule = self.terms.rounds
            self.share = round_to_step(
                Fraction(self.balance, ways), rule.instalment, rule.instalment_step
            )
        return self.share

    def _fee(self, instalment: int) -> int:
        fees, rule = self.terms.fees, self.terms.rounds
        fixed = fees.instalment.minor if fees.instalment else 0
        part = Fraction(instalment * fees.instalment_bps, BPS_PER_ONE)
        return fixed + round_to_step(part, rule.interest, rule.interest_step)


def accrued_minor(terms: Terms, row: Row, on: date) -> int:
    """Return the interest a period has earned up to a day."""
    if on >= row.ends_on:
        return row.earned_minor
    if on <= row.starts_on:
        return 0
    period = layout(terms)[row.number - 1]
    flat = terms.method is Method.FLAT
    base = terms.principal.minor if flat else row.opening_minor
    exact = base * growth(terms, period, row.starts_on, on)
    for tranche in arrivals_of(terms):
        if not flat and row.starts_on <= tranche.on < on:
            exact += tranche.amount.minor * growth(terms, period, tranche.on, on)
    rule = terms.rounds
    return round_to_step(exact, rule.interest, rule.interest_step)
