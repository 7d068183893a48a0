"""From transactions to categories and features that cannot see the future."""

from risk.cashflow.categories import (
    RULES_VERSION,
    WRITTEN_RULES,
    Category,
    Rulebook,
    categorise,
)
from risk.cashflow.conduct import screen_conduct
from risk.cashflow.feature import Better, Feature
from risk.cashflow.features import Measured, measure
from risk.cashflow.history import Background
from risk.cashflow.invoices import Invoice
from risk.cashflow.monthly import MonthFlow, by_month
from risk.cashflow.parties import normalise_counterparty, one_spelling
from risk.cashflow.registry import FEATURES

__all__ = [
    "FEATURES",
    "RULES_VERSION",
    "WRITTEN_RULES",
    "Background",
    "Better",
    "Category",
    "Feature",
    "Invoice",
    "Measured",
    "MonthFlow",
    "Rulebook",
    "by_month",
    "categorise",
    "measure",
    "normalise_counterparty",
    "one_spelling",
    "screen_conduct",
]
