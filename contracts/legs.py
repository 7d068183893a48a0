"""What each period of an agreement brings: interest, money out, and whether it pays."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from contracts.clauses import GraceRule, Method, Tranche
from contracts.periods import Period, growth_ratio
from contracts.terms import Terms


class Leg(NamedTuple):
    """One period as a walk meets it.

    ``growth`` is the interest on one unit over the period as a top and a bottom,
    ``arriving`` the money paid out inside it, ``put_off`` the rule by which its
    interest is not paid at its end, ``pays`` whether principal may fall due then.
    """

    period: Period
    growth: tuple[int, int]
    arriving: tuple[Tranche, ...]
    put_off: GraceRule | None
    pays: bool

    @property
    def number(self) -> int:
        """The number of the instalment at its end."""
        return self.period.number


def legs_of(
    terms: Terms, periods: Sequence[Period], arrivals: Iterable[Tranche]
) -> list[Leg]:
    """Say of every period what it brings, so that a walk asks for nothing twice."""
    bullet = terms.method is Method.BULLET
    free = terms.instalments - 1 if bullet else terms.grace.interest
    rule, bare = terms.grace.rule, terms.grace.principal
    arriving = _by_period(periods, arrivals)
    legs = [
        Leg(
            period,
            growth_ratio(terms, period, period.starts_on, period.ends_on),
            arriving.get(period.number, ()),
            rule if period.number <= free else None,
            period.number > bare,
        )
        for period in periods
    ]
    for pause in reversed(terms.pauses):
        legs = [
            leg._replace(put_off=pause.rule, pays=False)
            if pause.covers(leg.number)
            else leg
            for leg in legs
        ]
    return legs


def _by_period(
    periods: Sequence[Period], arrivals: Iterable[Tranche]
) -> dict[int, tuple[Tranche, ...]]:
    found: dict[int, tuple[Tranche, ...]] = {}
    for part in arrivals:
        for period in periods:
            if period.starts_on <= part.on < period.ends_on:
                found[period.number] = (*found.get(period.number, ()), part)
                break
    return found
