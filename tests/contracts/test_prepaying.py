"""The ways of paying early are priced as they then turn out."""

from datetime import date

import pytest

from contracts import loan, prepaying, terms
from contracts.prepaying import Way
from ledger.money import Currency, Money

ON = date(2026, 4, 1)


def usd(minor):
    return Money(minor, Currency.USD)


def a_loan(**clauses):
    agreed = terms.Terms(
        principal=usd(1_200_000),
        rate_bps=1_800,
        instalments=12,
        disbursed_on=date(2026, 1, 15),
        first_due_on=date(2026, 2, 15),
        **clauses,
    )
    paid = [
        loan.ReceiptReceived(
            on=date(2026, month, 15),
            ordinal=month,
            receipt_id=str(month),
            amount=usd(110_016),
        )
        for month in (2, 3)
    ]
    begun = loan.Disbursed(on=agreed.disbursed_on, ordinal=1, amount=agreed.principal)
    return agreed, [begun, *paid]


def priced(agreed, events, amount=None):
    return {one.way: one for one in prepaying.options(agreed, events, ON, amount)}


@pytest.mark.parametrize("accrual", terms.Accrual)
def test_each_way_leaves_the_borrower_with_less_to_pay_than_the_one_before(accrual):
    ways = priced(*a_loan(accrual=accrual), usd(300_000))

    assert not ways[Way.AS_AGREED].saved
    assert (
        ways[Way.AS_AGREED].total
        > ways[Way.REAMORTISE].total
        > ways[Way.SHORTEN].total
        > ways[Way.PAYOFF_TO_PERIOD_END].total
        > ways[Way.PAYOFF_TO_DATE].total
    )
    for one in ways.values():
        assert one.saved == ways[Way.AS_AGREED].total - one.total


def test_shortening_ends_sooner_and_levelling_anew_pays_less_each_time():
    ways = priced(*a_loan(), usd(300_000))

    shorter, lower = ways[Way.SHORTEN], ways[Way.REAMORTISE]
    agreed = ways[Way.AS_AGREED]
    assert shorter.last_due_on < agreed.last_due_on == lower.last_due_on
    assert lower.next_due < agreed.next_due == shorter.next_due
    assert shorter.pays_now == lower.pays_now == usd(300_000)


def test_a_payoff_to_date_costs_what_the_quote_says_and_closes_the_loan():
    agreed, events = a_loan()
    quote = loan.payoff_quote(agreed, events, ON)

    ways = priced(agreed, events)

    assert ways[Way.PAYOFF_TO_DATE].pays_now == quote.total
    assert not ways[Way.PAYOFF_TO_DATE].pays_later
    assert ways[Way.PAYOFF_TO_DATE].is_agreed
    assert not ways[Way.PAYOFF_TO_PERIOD_END].is_agreed
    assert set(ways) == {
        Way.AS_AGREED,
        Way.PAYOFF_TO_DATE,
        Way.PAYOFF_TO_PERIOD_END,
    }


def test_asking_changes_nothing_and_a_closed_loan_has_no_ways():
    agreed, events = a_loan(excess=terms.Excess.SHORTEN)
    before = loan.replay(agreed, events, ON)
    ways = priced(agreed, events, usd(300_000))
    closing = loan.ReceiptReceived(
        on=ON, ordinal=99, receipt_id="c", amount=ways[Way.PAYOFF_TO_DATE].pays_now
    )

    assert ways[Way.SHORTEN].is_agreed
    assert loan.replay(agreed, events, ON) == before
    assert prepaying.options(agreed, [*events, closing], ON) == []
