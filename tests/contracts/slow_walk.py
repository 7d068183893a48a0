"""The first, slow way to write a schedule: one exact fraction after the other.

Kept as it was to judge the fast way by: both must agree to the unit on any terms.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, assert_never

from contracts import daycount
from contracts.periods import Period, layout
from contracts.rows import Row
from contracts.terms import GraceRule, Method, Terms, Tranche
from contracts.walk import Opening, arrivals_of
from ledger.money import BPS_PER_ONE, Rounding, split_units

_LEVEL_METHODS = (Method.ANNUITY, Method.BALLOON)


class Step(NamedTuple):
    """What one period does to an annuity.

    ``growth`` is the interest on one unit over the period, ``arrives`` the worth at
    its end of money paid out inside it, ``grows`` whether unpaid interest stays in
    the balance, ``pays`` whether an instalment is paid at its end.
    """

    growth: Fraction
    arrives: Fraction | int = 0
    grows: bool = True
    pays: bool = True


class SlowWalk:
    """One walk; it holds what a period leaves to the next."""

    def __init__(
        self, terms: Terms, periods: Sequence[Period], opening: Opening
    ) -> None:
        self.terms, self.periods, self.opening = terms, periods, opening
        self.balance = self.lent = opening.balance_minor
        self.kept = opening.kept_minor
        self.level_minor = opening.level_minor
        self.exact_level: Fraction | None = None
        self.share: int | None = None
        first_day = periods[0].starts_on if periods else None
        self.arrivals = [
            part
            for part in arrivals_of(terms)
            if first_day is not None and part.on >= first_day
        ]

    def rows(self) -> list[Row]:
        """Write all rows."""
        if self.terms.rounds.unrounded and self.terms.method in _LEVEL_METHODS:
            return list(self._unrounded_rows())
        return list(self._rounded_rows())

    def exact_balances(self) -> list[Fraction]:
        """Return what each level payment leaves if nothing is ever rounded."""
        self._relevel(0)
        level = self.level_minor if self.exact_level is None else self.exact_level
        balance = Fraction(
            self.balance + sum(part.amount.minor for part in self.arrivals)
        )
        balances = []
        for period in self.periods:
            interest = balance * self._growth(period, period.starts_on)
            left = balance + interest - (level or 0)
            balances.append(left)
            balance = min(max(left, Fraction(0)), balance)
        return balances

    def _unrounded_rows(self) -> Iterator[Row]:
        """Round only what is shown: principal is the fall of the rounded balance."""
        exact = self.exact_balances()
        rule = self.terms.rounds
        before = self.balance + sum(part.amount.minor for part in self.arrivals)
        for period, balance in zip(self.periods, exact, strict=True):
            left = round_to_step(balance, rule.interest, rule.interest_step)
            interest = max(0, (self.level_minor or 0) - (before - left))
            if not self._growth(period, period.starts_on):
                interest = 0
            after = 0 if period.is_last else min(max(left, 0), before)
            principal, opening = before - after, 0 if period.number == 1 else before
            fee = self._fee(principal + interest)
            yield Row(
                period,
                self.terms.currency,
                principal,
                interest,
                fee,
                opening,
                after,
                interest,
                0,
                0,
            )
            before = after

    def _rounded_rows(self) -> Iterator[Row]:
        for index, period in enumerate(self.periods):
            arriving = self._arriving(period)
            if index == 0 or arriving:
                self._relevel(index)
            yield self._row(period, arriving)

    def _row(self, period: Period, arriving: list[Tranche]) -> Row:
        opening = self.balance
        earned = self._earned(period, arriving)
        arrived = sum(part.amount.minor for part in arriving)
        self.lent += arrived
        interest, spread, capitalised = self._due_interest(period, earned)
        self.balance += arrived + capitalised
        principal = self._due_principal(period, interest)
        self.balance -= principal
        joining = sum(
            part.amount.minor for part in self.arrivals if part.on == period.ends_on
        )
        return Row(
            period,
            self.terms.currency,
            principal,
            interest + spread,
            self._fee(principal + interest + spread),
            opening,
            self.balance + joining,
            earned,
            capitalised,
            self.kept,
        )

    def _arriving(self, period: Period) -> list[Tranche]:
        return [
            part
            for part in self.arrivals
            if period.starts_on <= part.on < period.ends_on
        ]

    def _relevel(self, index: int) -> None:
        """Set the level payment anew, unless one is to be kept."""
        self.share = None if index else self.opening.level_minor
        if self.terms.method not in _LEVEL_METHODS:
            return
        if index == 0 and self.opening.level_minor is not None:
            return
        steps = [
            self._step(period, arrives=at == 0)
            for at, period in enumerate(self._ahead(index))
        ]
        balloon = self.terms.balloon
        left = balloon.amount.minor if balloon and balloon.amount else 0
        self.exact_level = solve(self.balance, steps, left)
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

    def _step(self, period: Period, *, arrives: bool) -> Step:
        capitalises = self._put_off(period) is GraceRule.CAPITALISE
        pays = self._pays(period)
        grows = pays or capitalises
        worth = sum(
            part.amount.minor
            * (1 + self._growth(period, part.on) if grows else Fraction(1))
            for part in (self._arriving(period) if arrives else [])
        )
        return Step(self._growth(period, period.starts_on), worth, grows, pays)

    def _growth(self, period: Period, start: date) -> Fraction:
        return growth(self.terms, period, start, period.ends_on)

    def _pays(self, period: Period) -> bool:
        """Tell whether principal may fall due at the end of a period."""
        if period.number <= self.terms.grace.principal:
            return False
        return not any(pause.covers(period.number) for pause in self.terms.pauses)

    def _put_off(self, period: Period) -> GraceRule | None:
        """Return the rule by which a period's interest is not paid at its end."""
        for pause in self.terms.pauses:
            if pause.covers(period.number):
                return pause.rule
        bullet = self.terms.method is Method.BULLET
        free = self.terms.instalments - 1 if bullet else self.terms.grace.interest
        return self.terms.grace.rule if period.number <= free else None

    def _earned(self, period: Period, arriving: list[Tranche]) -> int:
        """Return the interest of a period, rounded once."""
        base = self.lent if self.terms.method is Method.FLAT else self.balance
        exact = base * self._growth(period, period.starts_on) if base else Fraction(0)
        for part in arriving:
            exact += part.amount.minor * self._growth(period, part.on)
        rule = self.terms.rounds
        return round_to_step(exact, rule.interest, rule.interest_step)

    def _due_interest(self, period: Period, earned: int) -> tuple[int, int, int]:
        """Return the interest due in the level, beside it, and capitalised."""
        put_off = self._put_off(period)
        if put_off is GraceRule.CAPITALISE:
            return 0, 0, earned
        if put_off is not None:
            self.kept += earned
            return 0, 0, 0
        if self._kept_rule(period) is GraceRule.SPREAD:
            step = self.terms.rounds.interest_step
            part = split_units(self.kept, [1] * self._paying_from(period), step)[0]
            self.kept -= part
            return earned, part, 0
        collected, self.kept = earned + self.kept, 0
        return collected, 0, 0

    def _kept_rule(self, period: Period) -> GraceRule:
        """Return the rule for interest put off before a period."""
        before = [pause for pause in self.terms.pauses if pause.first < period.number]
        return before[-1].rule if before else self.terms.grace.rule

    def _due_principal(self, period: Period, interest: int) -> int:
        """Return the principal due; the last instalment takes what is left."""
        method = self.terms.method
        if period.is_last:
            return self.balance
        if not self._pays(period):
            return 0
        match method:
            case Method.ANNUITY | Method.BALLOON:
                wanted = (self.level_minor or 0) - interest
            case Method.EQUAL_PRINCIPAL | Method.FLAT:
                wanted = self._share(period)
            case Method.INTEREST_ONLY | Method.BULLET:
                wanted = 0
            case Method.CUSTOM:
                wanted = self.terms.plan[period.number - 1].minor
            case _:
                assert_never(method)
        return max(0, min(self.balance, wanted))

    def _share(self, period: Period) -> int:
        if self.share is None:
            rule = self.terms.rounds
            exact = Fraction(self.balance, self._paying_from(period))
            self.share = round_to_step(exact, rule.instalment, rule.instalment_step)
        return self.share

    def _paying_from(self, period: Period) -> int:
        return sum(
            self._pays(later) for later in self.periods if later.number >= period.number
        )

    def _fee(self, instalment: int) -> int:
        fees, rule = self.terms.fees, self.terms.rounds
        if not instalment:
            return 0
        fixed = fees.instalment.minor if fees.instalment else 0
        part = Fraction(instalment * fees.instalment_bps, BPS_PER_ONE)
        return fixed + round_to_step(part, rule.interest, rule.interest_step)


def solve(
    opening: Fraction | int, steps: Sequence[Step], left: Fraction | int
) -> Fraction:
    """Return the payment that brings ``opening`` to ``left`` after the last step.

    The balance after all steps is ``owed - payment * paid``, both over one common
    denominator, so no rounding happens before the caller's.
    """
    owed, paid = Fraction(opening), 0
    owed_top, denominator = owed.numerator, owed.denominator
    for step in steps:
        top, bottom = step.growth.numerator, step.growth.denominator
        rise = top + bottom if step.grows else bottom
        owed_top, paid, denominator = owed_top * rise, paid * rise, denominator * bottom
        if step.arrives:
            arrives = Fraction(step.arrives)
            owed_top = owed_top * arrives.denominator + denominator * arrives.numerator
            paid *= arrives.denominator
            denominator *= arrives.denominator
        paid += denominator if step.pays else 0
    return (Fraction(owed_top, denominator) - left) * denominator / paid


def growth(terms: Terms, period: Period, start: date, end: date) -> Fraction:
    """Return the interest on one unit from ``start`` to ``end`` inside a period."""
    if end <= start:
        return Fraction(0)
    if not terms.rate_steps:
        return terms.rate * _years(terms, period, start, end)
    inside = [
        step.starts_on for step in terms.rate_steps if start < step.starts_on < end
    ]
    cuts = [start, *inside, end]
    return sum(
        (
            terms.rate_on(left) * _years(terms, period, left, right)
            for left, right in pairwise(cuts)
        ),
        Fraction(0),
    )


def _years(terms: Terms, period: Period, start: date, end: date) -> Fraction:
    last_day = period.ends_on if period.is_last else None
    plan = daycount.PlanDates(period.reference, last_day)
    return daycount.fraction(terms.day_count, start, end, plan)


def round_to_step(value: Fraction | int, rounding: Rounding, step: int) -> int:
    """Round exact minor units to a multiple of a step."""
    return round_fraction(Fraction(value) / step, rounding) * step


def round_fraction(value: Fraction, rounding: Rounding) -> int:
    """Round an exact fraction to a whole number by a named mode."""
    floor, rest = divmod(value.numerator, value.denominator)
    if rest == 0:
        return floor
    twice = 2 * rest
    negative = value < 0
    go_up = {
        Rounding.FLOOR: False,
        Rounding.CEILING: True,
        Rounding.DOWN: negative,
        Rounding.UP: not negative,
        Rounding.HALF_UP: twice > value.denominator
        or (twice == value.denominator and not negative),
        Rounding.HALF_EVEN: twice > value.denominator
        or (twice == value.denominator and floor % 2 == 1),
    }[rounding]
    return floor + go_up
