"""Features of the whole record follow their definitions by hand, over all accounts."""

from decimal import Decimal

import pytest

from risk.cashflow import measure
from tests.risk.cashflow.builders import AS_OF, before, running


def values(*accounts, instalment: int = 100) -> dict[str, Decimal | None]:
    found = measure(accounts, AS_OF, instalment)
    return {name: item.value for name, item in found.items()}


RECORD = running(
    before(500, 1_000), before(499, -200, "Rent"), before(20, 300), before(10, -900, "Rent"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("record_days", "500"),
        ("instalment", "1.00"),
        # Balances 1000, 800, 1100, 200: mean 775, sample deviation 403.11. The months'
        # means are 900 and 650; less two instalments of 100 is 575.
        ("balance_buffer", "1.4264"),
        ("lowest_balance", "2.00"),
        ("mean_balance", "7.75"),
        ("record_floor_cover", "2.0000"),
        ("balance_growth", "-0.8000"),
        # Receipts of 1300 in 500 days are 78 in 30.
        ("months_held", "9.9359"),
        ("receipts_variation", "0.7615"),
        ("median_receipt_cover", "6.5000"),
        ("payments_per_receipt", "1.0000"),
        ("payment_to_receipt", "0.8462"),
        ("returned_in_record", "0"),
    ],
)
def test_the_whole_record_by_hand(name: str, value: str) -> None:
    assert values(RECORD)[name] == Decimal(value)


def test_skew_by_hand() -> None:
    lines = [before(day, amount) for day, amount in ((9, 1), (8, 1), (7, 4))]

    # Mean 2, cubes -1 -1 +8 over three, sample variance 3.
    assert values(lines)["receipts_skew"] == Decimal("0.3849")


def test_balances_of_two_accounts_stand_together_after_each_line() -> None:
    first = running(before(90, 500), before(30, -400, "Rent"))
    second = running(before(60, 1_000))

    found = values(first, second)

    assert found["lowest_balance"] == Decimal("5.00")
    assert found["mean_balance"] == Decimal("10.33")


def test_a_record_without_balances_knows_its_receipts_alone() -> None:
    found = values([before(9, 500), before(5, -200, "Rent")])

    assert found["lowest_balance"] is found["balance_buffer"] is None
    assert found["payments_per_receipt"] == 1
