"""Walk through the periods of an agreement and write its rows, one from the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from contracts import level as levels
from contracts.periods import Period, growth_ratio, layout, round_to_step
from contracts.rows import Row
from contracts.terms import GraceRule, Method, Terms, Tranche
from ledger.money import BPS_PER_ONE, round_ratio, split_units

_LEVEL_METHODS = (Method.ANNUITY, Method.BALLOON)


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a schedule starts: its first period, what is owed, put off, and to be kept.

    ``level_minor`` is an instalment to go on with instead of solving for a new one.
    """

    number: int = 1
    balance_minor: int = 0
    kept_minor: int = 0
    level_minor: int | None = None


def arrivals_of(terms: Terms) -> tuple[Tranche, ...]:
    """Return the days and amounts in which the principal goes out."""
    return terms.tranches or (Tranche(terms.disbursed_on, terms.principal),)


class Walk:
    """One walk; it holds what a period leaves to the next."""

    def __init__(
        self, terms: Terms, periods: Sequence[Period], opening: Opening
    ) -> None:
        self.terms, self.periods, self.opening = terms, periods, opening
        self.rule, self.grown = terms.rounds, dict[int, tuple[int, int]]()
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
        self.arriving_on = Counter[date]()
        for part in self.arrivals:
            self.arriving_on[part.on] += part.amount.minor

    def rows(self) -> list[Row]:
        """Write all rows."""
        if self.rule.unrounded and self.terms.method in _LEVEL_METHODS:
            return list(self._unrounded_rows())
        return list(self._rounded_rows())

    def exact_balances(self) -> list[Fraction]:
        """Return the balance after each period if nothing is ever rounded."""
        self._relevel(0)
        balance = Fraction(
            self.balance + sum(part.amount.minor for part in self.arrivals)
        )
        balances = []
        for period in self.periods:
            interest = balance * Fraction(*self._growth(period))
            balance += interest - (self.exact_level or 0)
            balances.append(balance)
        return balances

    def _unrounded_rows(self) -> Iterator[Row]:
        """Round only what is shown: principal is the fall of the rounded balance."""
        exact = self.exact_balances()
        rule = self.rule
        before = self.balance + sum(part.amount.minor for part in self.arrivals)
        for period, balance in zip(self.periods, exact, strict=True):
            after = round_to_step(balance, rule.interest, rule.interest_step)
            interest = (self.level_minor or 0) - (before - after)
            if period.is_last:
                after = 0
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
        return Row(
            period,
            self.terms.currency,
            principal,
            interest + spread,
            self._fee(principal + interest + spread),
            opening,
            self.balance + self.arriving_on[period.ends_on],
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
        self.exact_level = levels.solve(self.balance, steps, left)
        rule = self.rule
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
        capitalises = self._put_off(period) is GraceRule.CAPITALISE
        pays = self._pays(period)
        grows = pays or capitalises
        worth = self._worth(period, grows=grows) if arrives else None
        return levels.Step(self._growth(period), worth, grows, pays)

    def _worth(self, period: Period, *, grows: bool) -> Fraction:
        """Return what money paid out inside a period is worth at its end."""
        worth = Fraction(0)
        for part in self._arriving(period):
            top, bottom = self._growth_since(period, part.on) if grows else (0, 1)
            worth += Fraction(part.amount.minor * (top + bottom), bottom)
        return worth

    def _growth(self, period: Period) -> tuple[int, int]:
        """Return the interest on one unit over a whole period, as a top and a bottom."""
        known = self.grown.get(period.number)
        if known is None:
            known = self._growth_since(period, period.starts_on)
            self.grown[period.number] = known
        return known

    def _growth_since(self, period: Period, start: date) -> tuple[int, int]:
        return growth_ratio(self.terms, period, start, period.ends_on)

    def _pays(self, period: Period) -> bool:
        """Tell whether principal may fall due at the end of a period."""
        if period.number <= self.terms.grace.principal:
            return False
        return not (self.terms.pauses and self._is_paused(period))

    def _is_paused(self, period: Period) -> bool:
        return any(pause.covers(period.number) for pause in self.terms.pauses)

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
        top, bottom = self._growth(period)
        top *= base
        for part in arriving:
            more, under = self._growth_since(period, part.on)
            top = top * under + part.amount.minor * more * bottom
            bottom *= under
        step = self.rule.interest_step
        return round_ratio(top, bottom * step, self.rule.interest) * step

    def _due_interest(self, period: Period, earned: int) -> tuple[int, int, int]:
        """Return the interest due in the level, beside it, and capitalised."""
        put_off = self._put_off(period)
        if put_off is GraceRule.CAPITALISE:
            return 0, 0, earned
        if put_off is not None:
            self.kept += earned
            return 0, 0, 0
        if not self.kept:
            return earned, 0, 0
        if self._kept_rule(period) is GraceRule.SPREAD:
            step = self.rule.interest_step
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
            rule = self.rule
            exact = Fraction(self.balance, self._paying_from(period))
            self.share = round_to_step(exact, rule.instalment, rule.instalment_step)
        return self.share

    def _paying_from(self, period: Period) -> int:
        return sum(
            self._pays(later) for later in self.periods if later.number >= period.number
        )

    def _fee(self, instalment: int) -> int:
        fees, step = self.terms.fees, self.rule.interest_step
        if not instalment:
            return 0
        fixed = fees.instalment.minor if fees.instalment else 0
        top, bottom = instalment * fees.instalment_bps, BPS_PER_ONE * step
        return fixed + round_ratio(top, bottom, self.rule.interest) * step
