"""What people sign: terms, schedules, true cost, agreements."""

from contracts import (
    agreement,
    apr,
    calculators,
    daycount,
    loan,
    schedule,
    sharing,
    terms,
)

__all__ = [
    "agreement",
    "apr",
    "calculators",
    "daycount",
    "loan",
    "schedule",
    "sharing",
    "terms",
]
