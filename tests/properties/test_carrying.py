"""A book that is kept and carried on says what replaying everything says."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from contracts import carrying, history, loan, terms
from contracts.carrying import Carried
from tests.properties.test_contracts import lives, quick

Kept = tuple[Carried, tuple[loan.Allocation, ...]]


def stored(kept: Carried) -> Carried:
    """Write a book down and read it again, as a database does between two days."""
    read = Carried.read(kept.events, kept.last_on, kept.written())
    assert read is not None
    return read


def carried_to(agreed: terms.Terms, events: list[loan.Event], on: date) -> Kept:
    """Carry a loan through its events day by day, each day's from where it stood."""
    past = sorted((e for e in events if e.on <= on), key=history.place_of)
    days = [list(some) for _, some in groupby(past, key=lambda event: event.on)]
    kept, allocations = carrying.begin(agreed, days[0])
    assert kept is not None
    for fresh in days[1:]:
        assert kept.goes_on_with(fresh)
        kept, more = carrying.carry(stored(kept), fresh)
        allocations += more
    return stored(kept), allocations


def figures(state: loan.LoanState) -> dict[str, object]:
    """Return what a standing says of a state."""
    due, lost, got = state.outstanding, state.written_off, state.allocations
    return {
        "on": state.on,
        "status": state.status,
        "days_past_due": state.days_past_due,
        "overdue": state.overdue.total.minor,
        "accrued": state.accrued_interest.minor,
        "claimed_interest": (due.interest + lost.interest).minor
        + sum(part.interest.minor for part in got),
        "claimed_fees": (due.penalty + lost.penalty).minor
        + sum(part.penalty.minor for part in got),
        "claimed_principal": (due.principal + lost.principal).minor
        + sum(part.principal.minor for part in got),
        "is_forborne": state.is_forborne,
    }


@quick
@given(lives(), st.integers(0, 900), st.integers(0, 60))
def test_a_book_carried_day_by_day_is_the_loan_replayed(life, days, more):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)
    later = on + timedelta(days=more)
    past = [event for event in events if event.on <= on]

    kept, allocations = carried_to(agreed, events, on)

    assert stored(kept).describe(allocations, on) == loan.replay(agreed, past, on)
    assert kept.describe(allocations, later) == loan.replay(agreed, past, later)


@quick
@given(lives(), st.integers(0, 900))
def test_a_standing_says_what_the_whole_state_says(life, days):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)
    kept, allocations = carried_to(agreed, events, on)

    standing = stored(kept).stand(on)

    state = kept.describe(allocations, on)
    seen = {name: getattr(standing, name) for name in figures(state)}
    assert seen == figures(state)
    by_day: Counter[date] = Counter()
    for item in state.instalments:
        by_day[item.due_on] += item.unpaid.minor
    late_fees = sum(item.owed.penalty.minor for item in state.instalments)
    assert sum(standing.unpaid.values()) <= sum(by_day.values())
    if not late_fees:
        assert {day: owed for day, owed in by_day.items() if owed} == standing.unpaid


@quick
@given(lives(), st.integers(0, 900), st.lists(st.integers(1, 40), max_size=5))
def test_a_book_that_runs_on_in_steps_stands_where_one_step_takes_it(life, days, more):
    agreed, events = life
    on = agreed.disbursed_on + timedelta(days=days)
    kept, allocations = carried_to(agreed, events, on)
    straight = stored(kept)

    for step in more:
        kept.stand(on)
        on += timedelta(days=step)

    assert kept.stand(on) == straight.stand(on)
    assert kept.describe(allocations, on) == straight.describe(allocations, on)


@quick
@given(lives(), st.integers(0, 900), st.integers(0, 30))
def test_a_standing_that_may_cost_a_fee_is_one_that_replay_charges(life, days, grace):
    agreed, events = life
    late = terms.LateTerms(fee_bps=10_000, grace_days=grace)
    agreed = replace(agreed, late=late)
    on = agreed.disbursed_on + timedelta(days=days)
    past = [event for event in events if event.on <= on]

    kept, _ = carried_to(agreed, events, on)

    fees = loan.late_fees_due(agreed, past, on)
    assert kept.stand(on).may_cost_a_fee or not fees


@quick
@given(lives())
def test_what_comes_before_what_was_played_is_not_carried_on(life):
    agreed, events = life
    last_on = max(event.on for event in events)
    kept, _ = carried_to(agreed, events, last_on)

    late = loan.ReceiptReceived(
        on=last_on, ordinal=50, receipt_id="back", amount=agreed.principal
    )
    back = loan.ChargedBack(
        on=last_on + timedelta(days=1),
        ordinal=51,
        receipt_id="1",
        amount=agreed.principal,
    )

    assert not kept.goes_on_with([late])
    assert not kept.goes_on_with([back])
    assert kept.goes_on_with([])


def test_a_book_in_words_we_do_not_know_is_not_read():
    assert Carried.read(1, date(2026, 1, 1), '{"terms": {}}') is None
