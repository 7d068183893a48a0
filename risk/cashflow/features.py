"""Measure a firm's cash flow: pure functions of transactions, a day and an instalment.

Anything dated at or after the day is dropped before a measure sees it, so no measure
can know the future. What cannot be measured is unknown (``None``), never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from risk.cashflow.feature import Feature
from risk.cashflow.history import NO_BACKGROUND, Background, History, look_back
from risk.cashflow.registry import FEATURES
from risk.statements import Transaction


@dataclass(frozen=True)
class Measured:
    """One feature's value, rounded to its named decimals; ``None`` is unknown."""

    name: str
    value: Decimal | None


def measure(
    accounts: Sequence[Sequence[Transaction]],
    as_of: date,
    instalment_minor: int,
    background: Background = NO_BACKGROUND,
) -> dict[str, Measured]:
    """Measure every feature over accounts of one currency, oldest line first.

    The background holds operators' corrections of categories and the firm's invoices.

    Raises:
        AmountOutOfRange: The instalment is not more than zero.
    """
    history = look_back(accounts, as_of, instalment_minor, background)
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
