"""From transactions to categories and features that cannot see the future."""

from risk.cashflow.categories import RULES_VERSION, Category, categorise
from risk.cashflow.features import FEATURES, Better, Feature, Measured, measure

__all__ = [
    "FEATURES",
    "RULES_VERSION",
    "Better",
    "Category",
    "Feature",
    "Measured",
    "categorise",
    "measure",
]
