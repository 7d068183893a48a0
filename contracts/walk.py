"""Walk through the periods of an agreement and write its rows, one from the other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple, assert_never

from contracts import level as levels
from contracts.legs import Leg, legs_of
from contracts.periods import (
    Period,
    growth_ratio,
    layout,
    ratio_to_step,
    round_to_step,
)
from contracts.rows import Row
from contracts.terms import GraceRule, Method, Remainder, Terms, Tranche
from ledger.money import BPS_PER_ONE, split_units

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


class Placing(NamedTuple):
    """A level to use instead of the one solved for at a leg, counted from 0.

    ``first_more_minor`` is what the first instalment of it takes on top.
    """

    leg: int
    level_minor: int
    first_more_minor: int = 0


def arrivals_of(terms: Terms) -> tuple[Tranche, ...]:
    """Return the days and amounts in which the principal goes out."""
    return terms.tranches or (Tranche(terms.disbursed_on, terms.principal),)


class Walk:
    """One walk; it holds what a period leaves to the next."""

    def __init__(
        self,
        terms: Terms,
        periods: Sequence[Period],
        opening: Opening,
        placing: Placing | None = None,
    ) -> None:
        self.terms, self.periods, self.opening = terms, periods, opening
        self.rule, self.has_fees = terms.rounds, terms.fees.has_instalment_fees
        self.balance = self.lent = opening.balance_minor
        self.kept = opening.kept_minor
        self.level_minor = opening.level_minor
        self.exact_level: Fraction | None = None
        self.share: int | None = None
        self.placing, self.levelled_at = placing, 0
        self.more_in, self.more_minor = 0, 0
        first_day = periods[0].starts_on if periods else date.max
        self.arrivals = [part for part in arrivals_of(terms) if part.on >= first_day]
        self.legs = legs_of(terms, periods, self.arrivals)
        self.arriving_on = Counter[date]()
        for part in self.arrivals:
            self.arriving_on[part.on] += part.amount.minor

    def rows(self) -> list[Row]:
        """Write all rows."""
        if self.rule.unrounded and self.terms.method in _LEVEL_METHODS:
            return list(self._unrounded_rows())
        return list(self._rounded_rows())

    def exact_balances(self) -> Iterator[tuple[int, int]]:
        """Return what each level payment leaves if nothing is ever rounded, as a ratio.

        A kept level may pay more than is left, or less than the interest; the next period
        then starts with nothing, or with what this one started with.
        The ratios are not in lowest terms: reducing numbers that grow with every period
        would take minutes for a hundred years of months.
        """
        self._relevel(0)
        level = self.level_minor or 0 if self.exact_level is None else self.exact_level
        part, bottom = level.as_integer_ratio()
        top = bottom * (self.balance + sum(sent.amount.minor for sent in self.arrivals))
        for leg in self.legs:
            growth, under = leg.growth
            part, bottom, before = part * under, bottom * under, top * under
            left = before + top * growth - part
            yield left, bottom
            top = min(max(left, 0), before)

    def _unrounded_rows(self) -> Iterator[Row]:
        """Round only what is shown: principal is the fall of the rounded balance."""
        rule = self.rule
        before = self.balance + sum(part.amount.minor for part in self.arrivals)
        for leg, (top, bottom) in zip(self.legs, self.exact_balances(), strict=True):
            period, bears = leg.period, leg.growth[0] > 0
            left = ratio_to_step(top, bottom, rule.interest, rule.interest_step)
            level = self.level_minor or 0
            interest = max(0, level - (before - left)) if bears else 0
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
        for index, leg in enumerate(self.legs):
            if index == 0 or leg.arriving:
                self._relevel(index)
            yield self._row(leg)

    def _row(self, leg: Leg) -> Row:
        period, opening = leg.period, self.balance
        earned = self._earned(leg)
        for part in leg.arriving:
            self.lent += part.amount.minor
            self.balance += part.amount.minor
        interest, spread, capitalised = self._due_interest(leg, earned)
        self.balance += capitalised
        principal = self._due_principal(leg, interest)
        self.balance -= principal
        due = principal + interest + spread
        return Row(
            period,
            self.terms.currency,
            principal,
            interest + spread,
            self._fee(due) if self.has_fees else 0,
            opening,
            self.balance + self.arriving_on.get(period.ends_on, 0),
            earned,
            capitalised,
            self.kept,
        )

    def _relevel(self, index: int) -> None:
        """Set the level payment anew, unless one is to be kept."""
        self.share = None if index else self.opening.level_minor
        if self.terms.method not in _LEVEL_METHODS:
            return
        if index == 0 and self.opening.level_minor is not None:
            return
        balloon = self.terms.balloon
        left = balloon.amount.minor if balloon and balloon.amount else 0
        owed = self.balance + self._worth_now(self.legs[index])
        self.exact_level = levels.solve(owed, self._ahead(index), left)
        rule = self.rule
        self.level_minor = round_to_step(
            self.exact_level, rule.instalment, rule.instalment_step
        )
        self.levelled_at = index
        if self.placing is not None and self.placing.leg == index:
            self.level_minor = self.placing.level_minor
            self.more_in = self.first_paying(index)
            self.more_minor = self.placing.first_more_minor

    def first_paying(self, index: int) -> int:
        """Return the number of the first leg from one on that pays principal."""
        return next(leg.number for leg in self.legs[index:] if leg.pays)

    def _ahead(self, index: int) -> Sequence[Leg]:
        """Return the legs an annuity is levelled over; a balloon's go on."""
        balloon = self.terms.balloon
        if balloon is None or balloon.amortised_over is None:
            return self.legs[index:]
        number = self.legs[index].number
        longer = layout(self.terms, balloon.amortised_over)[number - 1 :]
        return legs_of(self.terms, longer, ())

    def _worth_now(self, leg: Leg) -> Fraction | int:
        """Return what money paid out inside a leg is worth at its start."""
        worth: Fraction | int = 0
        for part in leg.arriving:
            amount = part.amount.minor
            bears = leg.pays or leg.put_off is GraceRule.CAPITALISE
            if bears and part.on > leg.period.starts_on:
                later = 1 + Fraction(*self._growth_since(leg.period, part.on))
                worth += amount * later / (1 + Fraction(*leg.growth))
            else:
                worth += amount
        return worth

    def _growth_since(self, period: Period, start: date) -> tuple[int, int]:
        return growth_ratio(self.terms, period, start, period.ends_on)

    def _earned(self, leg: Leg) -> int:
        """Return the interest of a period, rounded once."""
        top, bottom = leg.growth
        top *= self.lent if self.terms.method is Method.FLAT else self.balance
        for part in leg.arriving:
            more, under = self._growth_since(leg.period, part.on)
            top = top * under + part.amount.minor * more * bottom
            bottom *= under
        return ratio_to_step(top, bottom, self.rule.interest, self.rule.interest_step)

    def _due_interest(self, leg: Leg, earned: int) -> tuple[int, int, int]:
        """Return the interest due in the level, beside it, and capitalised."""
        if leg.put_off is GraceRule.CAPITALISE:
            return 0, 0, earned
        if leg.put_off is not None:
            self.kept += earned
            return 0, 0, 0
        if not self.kept:
            return earned, 0, 0
        if self._kept_rule(leg) is GraceRule.SPREAD:
            step = self.rule.interest_step
            part = split_units(self.kept, [1] * self._paying_from(leg), step)[0]
            self.kept -= part
            return earned, part, 0
        collected, self.kept = earned + self.kept, 0
        return collected, 0, 0

    def _kept_rule(self, leg: Leg) -> GraceRule:
        """Return the rule for interest put off before a period."""
        before = [pause for pause in self.terms.pauses if pause.first < leg.number]
        return before[-1].rule if before else self.terms.grace.rule

    def _due_principal(self, leg: Leg, interest: int) -> int:
        """Return the principal due; the last instalment takes what is left."""
        if leg.period.is_last:
            return self.balance
        if not leg.pays:
            return 0
        method = self.terms.method
        match method:
            case Method.ANNUITY | Method.BALLOON:
                wanted = (self.level_minor or 0) - interest
                wanted += self.more_minor if leg.number == self.more_in else 0
            case Method.EQUAL_PRINCIPAL | Method.FLAT:
                wanted = self._share(leg)
            case Method.INTEREST_ONLY | Method.BULLET:
                wanted = 0
            case Method.CUSTOM:
                wanted = self.terms.plan[leg.number - 1].minor
            case _:
                assert_never(method)
        return max(0, min(self.balance, wanted))

    def _share(self, leg: Leg) -> int:
        """Return the equal principal; the first may take the remainder of them."""
        if self.share is not None:
            return self.share
        rule, payments = self.rule, self._paying_from(leg)
        exact = Fraction(self.balance, payments)
        self.share = round_to_step(exact, rule.instalment, rule.instalment_step)
        if rule.remainder is Remainder.FIRST:
            return self.balance - self.share * (payments - 1)
        return self.share

    def _paying_from(self, leg: Leg) -> int:
        return sum(later.pays for later in self.legs if later.number >= leg.number)

    def _fee(self, instalment: int) -> int:
        fees, rule = self.terms.fees, self.rule
        if not instalment:
            return 0
        fixed = fees.instalment.minor if fees.instalment else 0
        part = instalment * fees.instalment_bps
        step = rule.interest_step
        return fixed + ratio_to_step(part, BPS_PER_ONE, rule.interest, step)
