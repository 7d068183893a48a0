"""A plan that changes on the way: every change is a new version from a day on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts import loan, terms
from contracts.errors import EventInvalid
from ledger.money import Currency, Money


def usd(amount):
    return Money(int(Decimal(amount) * 100), Currency.USD)


AGREED = terms.Terms(
    principal=usd(1200),
    rate_bps=1200,
    instalments=12,
    disbursed_on=date(2026, 1, 15),
    first_due_on=date(2026, 2, 15),
)
OUT = loan.Disbursed(on=date(2026, 1, 15), ordinal=0, amount=usd(1200))
FIRST = loan.ReceiptReceived(
    on=date(2026, 2, 15), ordinal=1, receipt_id="first", amount=usd("106.62")
)
MID = date(2026, 3, 1)


def state_with(event, on=MID, agreed=AGREED):
    return loan.replay(agreed, [OUT, FIRST, event], on)


def principal_to_come(state):
    return sum(
        part.owed.principal.minor - part.paid.principal.minor
        for part in state.instalments
    )


def test_a_higher_rate_raises_the_instalments_to_come_only():
    change = loan.RateChanged(on=date(2026, 2, 15), ordinal=2, rate_bps=2400)

    state = state_with(change)

    assert state.instalments[0].owed.total == usd("106.62")
    assert state.instalments[1].owed.interest == usd("22.11")
    assert principal_to_come(state) == state.outstanding.principal.minor


def test_a_rate_changed_inside_a_period_holds_for_its_later_part():
    change = loan.RateChanged(on=date(2026, 3, 1), ordinal=2, rate_bps=2400)

    state = state_with(change)

    assert state.instalments[1].owed.interest == usd("16.58")


def test_a_payment_holiday_lengthens_the_loan_and_capitalises_its_interest():
    rest = loan.PaymentHoliday(on=MID, ordinal=2, instalments=2)

    state = state_with(rest, on=date(2026, 5, 1))

    assert len(state.instalments) == 14
    assert [part.owed.total.minor for part in state.instalments[1:3]] == [0, 0]
    assert state.status is loan.Status.ACTIVE
    grown = (Decimal("1105.38") * Decimal("1.01")).quantize(Decimal("0.01"))
    grown = (grown * Decimal("1.01")).quantize(Decimal("0.01"))
    assert state.outstanding.principal == usd(grown)


def test_a_moved_due_date_bears_interest_to_its_new_day():
    moved = loan.DueDateShifted(on=MID, ordinal=2, instalment=2, to=date(2026, 3, 25))

    state = state_with(moved)

    assert state.instalments[1].due_on == date(2026, 3, 25)
    assert state.instalments[1].owed.interest == usd("14.62")
    assert state.instalments[2].due_on == date(2026, 4, 15)
    assert principal_to_come(state) == state.outstanding.principal.minor


def test_reamortising_folds_overdue_principal_into_what_is_to_come():
    on = date(2026, 5, 1)
    folded = loan.Reamortised(on=on, ordinal=2)

    before = loan.replay(AGREED, [OUT, FIRST], on)
    state = state_with(folded, on=on)

    assert before.overdue.principal.minor > 0
    assert not state.overdue.principal
    assert state.overdue.interest == before.overdue.interest
    assert state.outstanding.principal == before.outstanding.principal


def restructured(**changes):
    new = terms.Terms(
        principal=usd("1105.38"),
        rate_bps=600,
        instalments=18,
        disbursed_on=MID,
        first_due_on=date(2026, 4, 1),
    )
    event = loan.Restructured(on=MID, ordinal=2, terms=new)
    return replace(event, **changes)


def test_a_restructuring_goes_on_with_new_terms_for_what_is_owed():
    state = state_with(restructured())

    assert state.is_forborne
    assert state.outstanding.principal == usd("1105.38")
    assert state.outstanding.interest == usd("5.53")
    assert state.instalments[-1].number == 20
    assert principal_to_come(state) == 1105_38


def test_a_restructuring_may_make_principal_of_the_interest_owed():
    grown = replace(restructured().terms, principal=usd("1110.91"))

    state = state_with(restructured(terms=grown, capitalises=True))

    assert state.outstanding.principal == usd("1110.91")
    assert not state.outstanding.interest
    assert not state.accrued_interest


def test_a_restructured_loan_can_be_paid_off():
    paid = [OUT, FIRST, restructured()]
    on = date(2026, 6, 10)
    quote = loan.payoff_quote(AGREED, paid, on)
    closing = loan.ReceiptReceived(
        on=on, ordinal=9, receipt_id="closing", amount=quote.total
    )

    state = loan.replay(AGREED, [*paid, closing], date(2027, 1, 1))

    assert state.status is loan.Status.PAID_OFF
    assert not state.overpaid


def test_a_restructuring_for_another_amount_is_refused():
    wrong = replace(restructured().terms, principal=usd(1000))

    with pytest.raises(EventInvalid) as refused:
        state_with(restructured(terms=wrong))

    assert refused.value.facts["field"] == "terms.principal"


def test_a_change_after_the_last_instalment_is_refused():
    late = loan.RateChanged(on=date(2027, 5, 1), ordinal=2, rate_bps=2400)

    with pytest.raises(EventInvalid):
        state_with(late, on=date(2027, 6, 1))


def test_a_receipt_found_late_changes_the_past_as_if_it_had_been_known():
    found = replace(FIRST, ordinal=99, receipt_id="found", on=date(2026, 3, 15))
    later = replace(FIRST, ordinal=3, receipt_id="later", on=date(2026, 4, 15))

    told_late = loan.replay(AGREED, [OUT, FIRST, later, found], date(2026, 5, 1))
    told_in_time = loan.replay(AGREED, [OUT, FIRST, found, later], date(2026, 5, 1))

    assert told_late == told_in_time
