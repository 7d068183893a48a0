"""The fast way through a schedule and the slow exact one agree to the unit."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import assume, given, reject
from hypothesis import strategies as st

from contracts import schedule, terms
from contracts.errors import TermsInvalid
from contracts.periods import layout
from contracts.schedule import Opening
from ledger.money import Money, Rounding, round_ratio
from tests.contracts import slow_walk
from tests.properties.test_contracts import agreements, quick

DAYS = st.integers(1, 400)


@st.composite
def busy_agreements(draw):
    """Terms with payouts in parts, changing rates, pauses, shifts, fees and steps."""
    agreed = draw(agreements())
    starts, count = agreed.disbursed_on, agreed.instalments
    step = agreed.currency.settlement_step
    clauses = {}
    if draw(st.booleans()) and agreed.method is not terms.Method.CUSTOM:
        parts = agreed.principal.split([draw(st.integers(1, 5)), 2, 1])
        later = sorted(draw(st.tuples(st.integers(0, 200), st.integers(0, 200))))
        clauses["tranches"] = tuple(
            terms.Tranche(starts + timedelta(days=days), part)
            for days, part in zip([0, *later], parts, strict=True)
        )
    if draw(st.booleans()):
        days = draw(st.sets(DAYS, min_size=1, max_size=3))
        clauses["rate_steps"] = tuple(
            terms.RateStep(starts + timedelta(days=day), draw(st.integers(0, 5000)))
            for day in sorted(days)
        )
    if draw(st.booleans()) and count > 2:
        first = draw(st.integers(1, count - 2))
        rule = draw(st.sampled_from(terms.GraceRule))
        clauses["pauses"] = (terms.Pause(first, draw(st.integers(1, 1)), rule),)
    clauses["fees"] = terms.Fees(
        instalment=Money(draw(st.integers(0, 99)) * step, agreed.currency),
        instalment_bps=draw(st.integers(0, 300)),
    )
    simple = not (clauses.keys() & {"tranches", "pauses"})
    plain = simple and agreed.grace == terms.Grace()
    clauses["rounding"] = terms.RoundingRule(
        interest=draw(st.sampled_from(Rounding)),
        interest_step=step * draw(st.sampled_from((1, 5))),
        instalment=draw(st.sampled_from(Rounding)),
        instalment_step=step * draw(st.sampled_from((1, 100))),
        unrounded=plain and draw(st.booleans()),
    )
    try:
        busy = replace(agreed, **clauses)
        schedule.build(busy)
    except TermsInvalid:
        reject()
    return busy


def slowly(agreed, opening):
    periods = layout(agreed)[opening.number - 1 :]
    walk = slow_walk.SlowWalk(agreed, periods, opening)
    return walk.rows(), walk.exact_level


@quick
@given(busy_agreements())
def test_a_schedule_is_what_exact_fractions_say(agreed):
    rows, level = slowly(agreed, Opening())

    plan = schedule.build(agreed)

    assert list(plan.rows) == rows
    assert plan.level == level


@quick
@given(busy_agreements(), st.integers(1, 30), st.integers(0, 10**8), st.data())
def test_a_schedule_built_on_from_an_instalment_is_too(agreed, number, balance, data):
    assume(number <= agreed.instalments and agreed.method is not terms.Method.CUSTOM)
    kept = data.draw(st.integers(0, 10**5))
    level = data.draw(st.none() | st.integers(1, 10**7))
    opening = Opening(number, balance, kept, level)
    rows, _ = slowly(agreed, opening)

    assert list(schedule.continue_from(agreed, opening).rows) == rows


@quick
@given(
    st.integers(-(10**30), 10**30), st.integers(1, 10**12), st.sampled_from(Rounding)
)
def test_a_ratio_is_rounded_as_the_fraction_it_is(top, bottom, rounding):
    exact = Fraction(top, bottom)
    half = Fraction(2 * top + 1, 2)

    assert round_ratio(top, bottom, rounding) == slow_walk.round_fraction(
        exact, rounding
    )
    assert round_ratio(*half.as_integer_ratio(), rounding) == slow_walk.round_fraction(
        half, rounding
    )
