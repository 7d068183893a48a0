"""Work features out from a loan's published summary, by the definitions of the product.

Money is in major units there. A figure the summary lacks, or a share of nothing, is
unknown.
"""

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from risk.cashflow import FEATURES, Measured

MONTH_DAYS = 30
RESERVED_INSTALMENTS = 2
CANDIDATES = (
    "record_days", "instalment", "balance_buffer", "lowest_balance", "mean_balance",
    "record_floor_cover", "balance_growth", "months_held", "receipts_variation",
    "receipts_skew", "median_receipt_cover", "payments_per_receipt",
    "payment_to_receipt", "returned_in_record",
)  # fmt: skip
_UNKNOWN = {"", "na", "nan", "null", "none", "inf", "-inf", "?"}
_DECIMALS = {feature.name: feature.decimals for feature in FEATURES}


def receipts_told(summary: Mapping[str, str]) -> int:
    """Return how many receipts a summary is of."""
    return int(float(summary["n_credit"]))


def from_summary(
    summary: Mapping[str, str], instalment_minor: int, record_days: int | None
) -> dict[str, Measured]:
    """Return the features a summary tells of.

    Raises:
        KeyError, ValueError: It lacks a column, or a cell is no number.
    """
    told = {name: _number(text) for name, text in summary.items() if name != "loan_id"}
    instalment = instalment_minor / 100
    days = math.nan if record_days is None else record_days
    receipts, mean_receipt = told["n_credit"], told["avg_credit"]
    # The summary counts one kind of payment only; the mean of all lines tells them all.
    payments = _whole(
        _share(
            receipts * (mean_receipt - told["avg_amount"]),
            told["avg_amount"] + told["avg_withdrawal"],
        )
    )
    usual = told["avg_monthly_balance"] - RESERVED_INSTALMENTS * instalment
    values = {
        "record_days": days,
        "instalment": instalment,
        "balance_buffer": _share(usual, told["sd_balance"]),
        "lowest_balance": told["min_balance"],
        "mean_balance": told["avg_balance"],
        "record_floor_cover": told["min_balance"] / instalment,
        "balance_growth": told["growth_balance"],
        "months_held": _share(
            _share(told["avg_balance"] * days / MONTH_DAYS, receipts), mean_receipt
        ),
        "receipts_variation": _share(told["sd_credit"], mean_receipt),
        "receipts_skew": told["skew_credit"],
        "median_receipt_cover": told["median_credit"] / instalment,
        "payments_per_receipt": _share(payments, receipts),
        "payment_to_receipt": _share(told["avg_withdrawal"], mean_receipt)
        if payments
        else math.nan,
        "returned_in_record": told["n_sanction_interest"],
    }
    return {name: Measured(name, _rounded(name, values[name])) for name in CANDIDATES}


def _number(text: str) -> float:
    return math.nan if text.strip().lower() in _UNKNOWN else float(text)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _whole(number: float) -> float:
    return number if math.isnan(number) else round(number)


def _rounded(name: str, value: float) -> Decimal | None:
    if math.isnan(value):
        return None
    step = Decimal(1).scaleb(-_DECIMALS[name])
    return Decimal(repr(value)).quantize(step, rounding=ROUND_HALF_EVEN) + 0
