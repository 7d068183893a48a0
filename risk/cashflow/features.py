"""Measure a firm's cash flow: pure functions of transactions, a day and an instalment.

Anything dated at or after the day is dropped before a measure sees it, so no measure
can know the future. What cannot be measured is unknown (``None``), never zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from risk.cashflow import measures
from risk.cashflow.history import History, look_back
from risk.statements import Transaction


class Better(StrEnum):
    """Which way a feature points."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True)
class Feature:
    """What a measure means: for the model card, the screen and the reader of a file."""

    name: str
    definition: str
    unit: str
    better: Better
    missing: str
    decimals: int
    measure: Callable[[History], float | None]


_SHORT = "less than 30 days of history"
_NO_BALANCE = "no balance is stated on any line"
FEATURES: tuple[Feature, ...] = (
    Feature(
        "history_days",
        "Days from the first line to the day of judgement, at most 365.",
        "days", Better.HIGHER, "no lines", 0, measures.history_days,
    ),
    Feature(
        "days_since_last_line",
        "Days from the last line to the day of judgement.",
        "days",
        Better.LOWER,
        "no lines",
        0,
        measures.days_since_last_line,
    ),
    Feature(
        "sales_per_month",
        "Mean of sales and unnamed receipts in 30-day months.",
        "major units of the account's currency", Better.HIGHER, _SHORT, 2,
        measures.sales_per_month,
    ),
    Feature(
        "sales_variation",
        "Standard deviation of monthly sales divided by their mean.",
        "ratio", Better.LOWER, "less than 90 days of history, or no sales", 4,
        measures.sales_variation,
    ),
    Feature(
        "sales_trend",
        "Sales of the last three 30-day months over the three before, less one.",
        "ratio", Better.HIGHER, "less than 180 days of history, or no sales before", 4,
        measures.sales_trend,
    ),
    Feature(
        "floor_cover",
        "Lowest balance at the end of a day in the last 90 days, in instalments.",
        "instalments", Better.HIGHER, _NO_BALANCE, 4, measures.floor_cover,
    ),
    Feature(
        "days_of_cash",
        "Mean balance of the last 90 days over mean daily spending.",
        "days", Better.HIGHER, f"{_NO_BALANCE}, or nothing was spent", 2,
        measures.days_of_cash,
    ),
    Feature(
        "low_balance_share",
        "Share of the last 180 days that end with less than one instalment.",
        "share of days", Better.LOWER, _NO_BALANCE, 4, measures.low_balance_share,
    ),
    Feature(
        "negative_days_share",
        "Share of the last 180 days that end below zero.",
        "share of days", Better.LOWER, _NO_BALANCE, 4, measures.negative_days_share,
    ),
    Feature(
        "debt_service_cover",
        "Sales less running costs, over loans already served plus the instalment.",
        "ratio", Better.HIGHER, f"{_SHORT}, or no sales", 4, measures.debt_service_cover,
    ),
    Feature(
        "other_lenders",
        "Lenders the firm pays or is paid by.",
        "lenders", Better.LOWER, "no lines", 0, measures.other_lenders,
    ),
    Feature(
        "returned_items",
        "Payments returned for want of money, in 365 days.",
        "items", Better.LOWER, "no lines", 0, measures.returned_items,
    ),
    Feature(
        "largest_customer_share",
        "Share of sales that the largest customer pays.",
        "share of sales", Better.LOWER, "no sales from a named customer", 4,
        measures.largest_customer_share,
    ),
    Feature(
        "unclassified_share",
        "Share of money moved, in and out, whose purpose no rule knows.",
        "share of turnover", Better.LOWER, "no lines", 4, measures.unclassified_share,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One feature's value, rounded to its named decimals; ``None`` is unknown."""

    name: str
    value: Decimal | None


def measure(
    accounts: Sequence[Sequence[Transaction]], as_of: date, instalment_minor: int
) -> dict[str, Measured]:
    """Measure every feature over accounts of one currency, oldest line first."""
    history = look_back(accounts, as_of, instalment_minor)
    return {
        feature.name: Measured(feature.name, _rounded(feature, history))
        for feature in FEATURES
    }


def _rounded(feature: Feature, history: History) -> Decimal | None:
    value = feature.measure(history)
    if value is None:
        return None
    step = Decimal(1).scaleb(-feature.decimals)
    # Adding zero turns a rounded "-0" into "0".
    return Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_EVEN) + 0
