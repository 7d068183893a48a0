"""Measures of the whole record: reserves against swings, and how money comes and goes."""

import statistics

from risk.cashflow.history import MONTH_DAYS, History
from risk.cashflow.record import deviation, mean, skew

_MINOR_PER_MAJOR = 100
_RESERVED_INSTALMENTS = 2


def record_days(history: History) -> float | None:
    """Return how far back the lines go, without a limit."""
    return history.record.span_days or None


def instalment(history: History) -> float | None:
    """Return the payment a month that is judged by, in major units."""
    if not history.record.span_days:
        return None
    return history.instalment_minor / _MINOR_PER_MAJOR


def balance_buffer(history: History) -> float | None:
    """Return how many of its swings the usual balance lies above two instalments."""
    record = history.record
    if not record.balances or len(record.balances) < 2:  # noqa: PLR2004 - of a sample
        return None
    swing = deviation(record.balances)
    months = [mean(month) for month in record.balances_by_month]
    usual = sum(months) / len(months)
    left = usual - _RESERVED_INSTALMENTS * history.instalment_minor
    return left / swing if swing else None


def lowest_balance(history: History) -> float | None:
    """Return the lowest balance after any line, in major units."""
    balances = history.record.balances
    return min(balances) / _MINOR_PER_MAJOR if balances else None


def mean_balance(history: History) -> float | None:
    """Return the mean of balances after each line, in major units."""
    balances = history.record.balances
    return mean(balances) / _MINOR_PER_MAJOR if balances else None


def record_floor_cover(history: History) -> float | None:
    """Return the lowest balance after any line, in instalments."""
    balances = history.record.balances
    return min(balances) / history.instalment_minor if balances else None


def balance_growth(history: History) -> float | None:
    """Return how the last balance compares with the first."""
    balances = history.record.balances
    if not balances or balances[0] <= 0:
        return None
    return balances[-1] / balances[0] - 1


def months_held(history: History) -> float | None:
    """Return how many months of receipts the mean balance would replace."""
    record = history.record
    if not record.balances or not record.receipts:
        return None
    monthly = sum(record.receipts) * MONTH_DAYS / record.span_days
    return mean(record.balances) / monthly


def receipts_variation(history: History) -> float | None:
    """Return how much single receipts differ from each other."""
    receipts = history.record.receipts
    if len(receipts) < 2:  # noqa: PLR2004 - of a sample
        return None
    return deviation(receipts) / mean(receipts)


def receipts_skew(history: History) -> float | None:
    """Return how far a few large receipts stand out from the rest."""
    return skew(history.record.receipts)


def median_receipt_cover(history: History) -> float | None:
    """Return the middle receipt in instalments."""
    receipts = history.record.receipts
    if not receipts:
        return None
    return statistics.median(receipts) / history.instalment_minor


def payments_per_receipt(history: History) -> float | None:
    """Return how many payments are made with each receipt."""
    record = history.record
    if not record.receipts:
        return None
    return len(record.payments) / len(record.receipts)


def payment_to_receipt(history: History) -> float | None:
    """Return the size of a payment over the size of a receipt."""
    record = history.record
    if not record.receipts or not record.payments:
        return None
    return mean(record.payments) / mean(record.receipts)


def returned_in_record(history: History) -> float | None:
    """Count the payments that came back, however long ago."""
    return history.record.returned if history.record.span_days else None
