"""What a loan has earned by a day, worked out by hand."""

from datetime import date

from contracts import loan, terms
from ledger.money import Currency, Money


def usd(minor):
    return Money(minor, Currency.USD)


def lent(**clauses):
    agreed = terms.Terms(
        principal=usd(1_200_00),
        rate_bps=1200,
        instalments=12,
        disbursed_on=date(2026, 1, 1),
        first_due_on=date(2026, 2, 1),
        **clauses,
    )
    out = loan.Disbursed(on=agreed.disbursed_on, ordinal=0, amount=agreed.principal)
    return agreed, [out]


def paid(on, minor):
    return loan.ReceiptReceived(on=on, ordinal=1, receipt_id="r", amount=usd(minor))


def test_money_paid_early_leaves_the_daily_interest_earned_by_then_as_it_was():
    agreed, events = lent(accrual=terms.Accrual.DAILY)
    on = date(2026, 1, 20)

    state = loan.replay(agreed, [*events, paid(on, 50_00)], on)

    # 12.00 a month, for 19 of 31 days.
    assert state.earned_interest == usd(7_35)
    assert state.allocations[0].interest == usd(7_35)
    assert state.accrued_interest == usd(0)


def test_daily_interest_goes_on_upon_what_a_receipt_left():
    agreed, events = lent(accrual=terms.Accrual.DAILY, excess=terms.Excess.LAST)
    receipt = paid(date(2026, 1, 20), 500_00)

    state = loan.replay(agreed, [*events, receipt], date(2026, 2, 1))

    # 12.00 a month for 19 of 31 days, then 1 % of 700.00 for 12 of 31.
    assert state.outstanding.principal == usd(700_00)
    assert state.earned_interest == usd(10_06)


def test_flat_interest_is_earned_on_the_first_principal_throughout():
    agreed, events = lent(method=terms.Method.FLAT)

    state = loan.replay(agreed, events, date(2026, 6, 16))

    # Five months of 12.00, and 15 of the 30 days of June.
    assert state.earned_interest == usd(66_00)
