"""Measures of what is left follow their definitions by hand."""

from decimal import Decimal

from tests.risk.cashflow.builders import before, running, values


def test_lows_and_means_of_the_balance_in_instalments() -> None:
    lines = running(before(200, 50), before(180, 250), before(90, 300))

    found = values(lines, instalment=100)

    # 20 days with 50, 90 with 300, 90 with 600.
    assert found["floor_cover"] == Decimal("6.0000")
    assert found["year_floor_cover"] == Decimal("0.5000")
    assert found["mean_balance_cover"] == Decimal("6.0000")
    assert found["balance_trend"] == Decimal("3.0000")
    assert found["balance_variation"] == Decimal("0.3333")


def test_a_short_history_says_nothing_of_trends() -> None:
    found = values(running(before(89, 50), before(10, 5)))

    assert (found["balance_trend"], found["balance_variation"]) == (None, None)


def test_a_balance_below_zero_on_the_whole_has_no_variation() -> None:
    assert values(running(before(100, -50, "Rent")))["balance_variation"] is None
