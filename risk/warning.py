"""Notice early what changed for the worse since a loan was judged: signals, not verdicts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from ledger.money import BPS_PER_ONE

DROP_OF_SALES: Final = Decimal("0.70")
LEAST_FLOOR: Final = Decimal(1)
FEED_MISSED_AFTER_DAYS: Final = 45
SLOWER_CUSTOMERS_DAYS: Final = 15


class Signal(StrEnum):
    """What may show that a borrower is going to be late."""

    SALES_FELL = "sales_fell"
    BUFFER_GONE = "buffer_gone"
    NEW_LENDER = "new_lender"
    FEED_MISSED = "feed_missed"
    PAYMENTS_RETURNED = "payments_returned"
    CUSTOMERS_SLOWER = "customers_slower"
    RISK_ROSE = "risk_rose"


@dataclass(frozen=True)
class View:
    """How a firm was seen on a day: its features as decimal text, and its PD."""

    features: Mapping[str, str | None]
    pd_bps: int

    def value(self, name: str) -> Decimal | None:
        """Return a feature; None is unknown."""
        known = self.features.get(name)
        return None if known is None else Decimal(known)


def signals(before: View, now: View, *, pd_ratio_bps: int) -> list[Signal]:
    """Return what got worse; what is unknown on either day gives no signal but the feed's."""
    return list(_found(before, now, pd_ratio_bps))


def _found(before: View, now: View, pd_ratio_bps: int) -> Iterator[Signal]:
    stale = now.value("days_since_last_line")
    if stale is None or stale > FEED_MISSED_AFTER_DAYS:
        # Old records tell nothing of the firm now, neither good nor bad.
        yield Signal.FEED_MISSED
        return
    sold, sells = before.value("sales_per_month"), now.value("sales_per_month")
    if sold and sells is not None and sells < sold * DROP_OF_SALES:
        yield Signal.SALES_FELL
    floor = now.value("floor_cover")
    if floor is not None and floor < LEAST_FLOOR:
        yield Signal.BUFFER_GONE
    for name, signal in (
        ("other_lenders", Signal.NEW_LENDER),
        ("returned_items", Signal.PAYMENTS_RETURNED),
    ):
        was, is_now = before.value(name), now.value(name)
        if was is not None and is_now is not None and is_now > was:
            yield signal
    was, is_now = before.value("receivable_days"), now.value("receivable_days")
    if was is not None and is_now is not None and is_now > was + SLOWER_CUSTOMERS_DAYS:
        yield Signal.CUSTOMERS_SLOWER
    if now.pd_bps * BPS_PER_ONE >= before.pd_bps * pd_ratio_bps:
        yield Signal.RISK_ROSE
