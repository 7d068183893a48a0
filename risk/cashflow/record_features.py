"""Name the features of the whole record; the scorecard's trainer chooses among them."""

from risk.cashflow import whole
from risk.cashflow.feature import Better, Feature

_HIGHER, _LOWER = Better.HIGHER, Better.LOWER
_NO_BALANCE = "an account states no balance"
_NO_RECEIPTS = "nothing came in"
_NO_LINES = "no lines"
_MONEY = "major units of the account's currency"
RECORD_FEATURES: tuple[Feature, ...] = (
    Feature(
        "record_days",
        "Days from the first line to the day of judgement, without a limit.",
        "days", _HIGHER, _NO_LINES, 0, whole.record_days,
    ),
    Feature(
        "instalment",
        "The payment a month that is judged by.",
        _MONEY, _LOWER, _NO_LINES, 2, whole.instalment,
    ),
    Feature(
        "balance_buffer",
        "Mean of the calendar months' mean balances less two instalments, over the "
        "standard deviation of balances after each line.",
        "standard deviations", _HIGHER, f"{_NO_BALANCE}, or it never moved", 4,
        whole.balance_buffer,
    ),
    Feature(
        "lowest_balance",
        "Lowest balance after any line.",
        _MONEY, _HIGHER, _NO_BALANCE, 2, whole.lowest_balance,
    ),
    Feature(
        "mean_balance",
        "Mean of the balances after each line.",
        _MONEY, _HIGHER, _NO_BALANCE, 2, whole.mean_balance,
    ),
    Feature(
        "record_floor_cover",
        "Lowest balance after any line, in instalments.",
        "instalments", _HIGHER, _NO_BALANCE, 4, whole.record_floor_cover,
    ),
    Feature(
        "balance_growth",
        "Balance after the last line over that after the first, less one.",
        "ratio", _HIGHER, f"{_NO_BALANCE}, or the first was not above zero", 4,
        whole.balance_growth,
    ),
    Feature(
        "months_held",
        "Mean balance over receipts of a 30-day month.",
        "months", _HIGHER, f"{_NO_BALANCE}, or {_NO_RECEIPTS}", 4, whole.months_held,
    ),
    Feature(
        "receipts_variation",
        "Standard deviation of single receipts divided by their mean.",
        "ratio", _LOWER, "fewer than two receipts", 4, whole.receipts_variation,
    ),
    Feature(
        "receipts_skew",
        "Skewness of single receipts: third moment over the cubed standard deviation.",
        "ratio", _LOWER, "fewer than two receipts, or all alike", 4, whole.receipts_skew,
    ),
    Feature(
        "median_receipt_cover",
        "The middle receipt, in instalments.",
        "instalments", _HIGHER, _NO_RECEIPTS, 4, whole.median_receipt_cover,
    ),
    Feature(
        "payments_per_receipt",
        "Number of payments over number of receipts.",
        "ratio", _HIGHER, _NO_RECEIPTS, 4, whole.payments_per_receipt,
    ),
    Feature(
        "payment_to_receipt",
        "Mean payment over mean receipt.",
        "ratio", _LOWER, f"nothing went out, or {_NO_RECEIPTS}", 4,
        whole.payment_to_receipt,
    ),
    Feature(
        "returned_in_record",
        "Payments returned for want of money, in the whole record.",
        "items", _LOWER, _NO_LINES, 0, whole.returned_in_record,
    ),
)  # fmt: skip
