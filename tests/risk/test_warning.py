"""Signals name what got worse, and unknown is not worse but for a feed that stopped."""

import pytest

from risk.warning import Signal, View, signals

CALM = {
    "days_since_last_line": "3",
    "sales_per_month": "1000.00",
    "floor_cover": "2.0",
    "other_lenders": "1",
    "returned_items": "0",
    "receivable_days": "30.0",
}


def seen(pd_bps: int = 400, **changed: str | None) -> View:
    return View(CALM | changed, pd_bps)


def test_nothing_changed_is_no_signal() -> None:
    assert signals(seen(), seen(), pd_ratio_bps=20_000) == []


@pytest.mark.parametrize(
    ("now", "signal"),
    [
        (seen(sales_per_month="699.99"), Signal.SALES_FELL),
        (seen(floor_cover="0.99"), Signal.BUFFER_GONE),
        (seen(other_lenders="2"), Signal.NEW_LENDER),
        (seen(returned_items="1"), Signal.PAYMENTS_RETURNED),
        (seen(receivable_days="45.1"), Signal.CUSTOMERS_SLOWER),
        (seen(days_since_last_line="46"), Signal.FEED_MISSED),
        (seen(days_since_last_line=None), Signal.FEED_MISSED),
        (seen(pd_bps=800), Signal.RISK_ROSE),
    ],
)
def test_each_worsening_has_its_signal(now: View, signal: Signal) -> None:
    assert signals(seen(), now, pd_ratio_bps=20_000) == [signal]


def test_what_is_unknown_is_not_worse() -> None:
    unknown = dict.fromkeys(CALM) | {"days_since_last_line": "1"}

    assert signals(seen(), View(unknown, 400), pd_ratio_bps=20_000) == []
