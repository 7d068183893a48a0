"""Measures of what comes in follow their definitions by hand."""

from decimal import Decimal

from tests.risk.cashflow.builders import before, values


def monthly(*sales: int) -> list:
    """Sell once a month, the latest month first, in the middle of each."""
    lines = [before(30 * n + 15, amount) for n, amount in enumerate(sales)]
    return [before(30 * len(sales), 0), *reversed(lines)]


def test_the_middle_month_and_the_cover_of_the_mean_one() -> None:
    found = values(monthly(100, 400, 700, 200), instalment=100)

    assert found["sales_median_month"] == Decimal("3.00")
    assert found["sales_cover"] == Decimal("3.5000")
    assert found["weakest_month"] == Decimal("0.2857")


def test_a_year_that_sells_in_one_quarter_is_as_seasonal_as_can_be() -> None:
    harvest = values(monthly(*[0] * 4, 300, 300, 300, *[0] * 5))
    even = values(monthly(*[50] * 12))

    assert harvest["sales_seasonality"] == Decimal("4.0000")
    assert even["sales_seasonality"] == Decimal("1.0000")


def test_a_season_that_runs_over_the_edge_of_the_year_is_seen_whole() -> None:
    assert values(monthly(600, *[0] * 10, 300))["sales_seasonality"] == 4


def test_a_season_needs_a_year() -> None:
    assert values(monthly(*[50] * 11))["sales_seasonality"] is None


def test_silence_is_counted_between_sales_and_up_to_the_day() -> None:
    lines = [before(60, 5), before(50, 5), before(10, 5), before(2, -3, "Rent")]

    found = values(lines)

    assert found["longest_without_sales"] == 39
    assert found["active_days_share"] == Decimal("0.0667")
    assert values(lines[:2])["longest_without_sales"] == 49
