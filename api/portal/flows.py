"""Turn months of an account into what a chart and its table show."""

from collections.abc import Iterable

from api.portal.charts import InOut
from ledger.money import Currency, Money
from risk.cashflow import MonthFlow

MOST_MONTHS = 24


def shown(months: Iterable[MonthFlow], currency: Currency) -> list[InOut]:
    """Return the latest months as money, the oldest first."""
    return [
        InOut(
            item.month,
            Money(item.in_minor, currency),
            Money(item.out_minor, currency),
            Money(item.net_minor, currency),
            None if item.lowest_minor is None else Money(item.lowest_minor, currency),
        )
        for item in list(months)[-MOST_MONTHS:]
    ]
