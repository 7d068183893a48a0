"""Features follow their definitions by hand, and what is missing is unknown."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ledger.money import AmountOutOfRange
from risk.cashflow import FEATURES
from risk.cashflow.record_features import RECORD_FEATURES
from tests.risk.cashflow.builders import AS_OF, before, running, values


def test_nothing_known_is_unknown_and_never_zero() -> None:
    assert set(values().values()) == {None}
    assert set(values([]).values()) == {None}


def test_without_balances_what_needs_them_is_unknown() -> None:
    found = values([before(40, 500), before(2, -100, "Rent")])

    missing = {name for name, value in found.items() if value is None}
    assert {"floor_cover", "days_of_cash", "low_balance_share"} <= missing
    assert found["sales_per_month"] == Decimal("5.00") * 0


def test_sales_leave_out_loans_owner_money_and_own_transfers() -> None:
    lines = [
        before(30, 100_00, "Sale"),
        before(20, 900_00, "Loan disbursed"),
        before(10, 900_00, "Owner capital injection"),
        before(5, 900_00, "Transfer from own account"),
    ]

    assert values(lines)["sales_per_month"] == Decimal("100.00")


def test_variation_and_trend_by_hand() -> None:
    months = [300, 300, 300, 200, 200, 200]
    lines = [before(30 * n + 30, month) for n, month in enumerate(months)]
    lines += [before(30 * n + 1, 0) for n in range(6)]

    found = values(sorted(lines, key=lambda item: item.booked_on))

    assert found["sales_variation"] == Decimal("0.2000")
    assert found["sales_trend"] == Decimal("0.5000")


def test_floor_and_shares_of_days_by_hand() -> None:
    lines = running(
        before(100, 1_000), before(50, -950, "Rent"), before(40, -100, "Rent"),
        before(30, 1_050),
    )  # fmt: skip

    found = values(lines, instalment=100)

    # 100 days: ten with 50, ten with -50, eighty with 1,000.
    assert found["floor_cover"] == Decimal("-0.5000")
    assert found["low_balance_share"] == Decimal("0.2000")
    assert found["negative_days_share"] == Decimal("0.1000")


def test_days_of_cash_by_hand() -> None:
    lines = running(before(90, 1_000), before(45, -450, "Rent"))

    # Mean balance 775 over a daily spending of 5.
    assert values(lines)["days_of_cash"] == Decimal("155.00")


def test_debt_service_cover_by_hand() -> None:
    lines = [
        before(30, 1_000), before(20, -400, "Supplier"), before(10, -200, "Loan repayment"),
    ]  # fmt: skip

    assert values(lines, instalment=100)["debt_service_cover"] == Decimal("2.0000")


def test_two_lenders_and_one_returned_item_are_counted() -> None:
    lines = [
        before(30, -5, "Loan repayment", who="Prasac MFI"),
        before(20, -5, "Loan repayment", who="PRASAC MFI 2"),
        before(10, 900, "Loan disbursed", who="LOLC"),
        before(5, -1, "Returned cheque"),
    ]

    found = values(lines)

    assert (found["other_lenders"], found["returned_items"]) == (2, 1)


def test_the_largest_customer_by_hand() -> None:
    lines = [before(9, 60, who="A"), before(8, 20, who="B"), before(7, 20, who="C")]

    assert values(lines)["largest_customer_share"] == Decimal("0.6000")


def test_two_accounts_add_up_day_by_day() -> None:
    first = running(before(100, 1_000))
    second = running(before(50, 500), before(20, -400, "Rent"))

    found = values(first, second)

    assert found["floor_cover"] == Decimal("10.0000")


def test_an_account_without_balances_makes_the_sum_unknown() -> None:
    assert values(running(before(100, 9)), [before(50, 5)])["floor_cover"] is None


def test_an_account_is_empty_only_before_its_first_known_day() -> None:
    later = running(before(10, 100), opening=5_000)

    assert values(running(before(60, 0), opening=100), later)["floor_cover"] == 51


@pytest.mark.parametrize("instalment", [0, -1])
def test_an_instalment_is_more_than_zero(instalment: int) -> None:
    with pytest.raises(AmountOutOfRange):
        values([before(1, 1)], instalment=instalment)


def test_what_is_older_than_a_year_is_not_counted() -> None:
    old = before(366, 10_000)
    recent = [before(365, 100), before(1, 100)]

    of_the_year = set(values()) - {feature.name for feature in RECORD_FEATURES}

    found, known = values([old, *recent]), values(recent)

    assert all(found[name] == known[name] for name in of_the_year)


def test_every_feature_says_what_it_means() -> None:
    assert len({feature.name for feature in FEATURES}) == len(FEATURES) >= 10
    for feature in FEATURES:
        assert feature.definition.endswith(".")
        assert feature.unit
        assert feature.missing


def test_the_day_itself_is_already_the_future() -> None:
    lines = running(before(60, 500), before(30, 500))
    today = lines[-1]._replace(booked_on=AS_OF, amount_minor=-(10**9), balance_after=-1)
    tomorrow = today._replace(booked_on=AS_OF + timedelta(days=1))

    assert values([*lines, today, tomorrow]) == values(lines)
