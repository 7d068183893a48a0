"""What people sign: terms, schedules, true cost, agreements."""

from contracts import (
    agreement,
    apr,
    arrears,
    calculators,
    collateral,
    daycount,
    loan,
    prepaying,
    schedule,
    sharing,
    terms,
)

__all__ = [
    "agreement",
    "apr",
    "arrears",
    "calculators",
    "collateral",
    "daycount",
    "loan",
    "prepaying",
    "schedule",
    "sharing",
    "terms",
]
