"""What people sign: terms, schedules, true cost, agreements, keys and signatures."""

from contracts import (
    agreement,
    apr,
    arrears,
    bls,
    calculators,
    collateral,
    daycount,
    keys,
    loan,
    prepaying,
    schedule,
    sharing,
    signing,
    terms,
)

__all__ = [
    "agreement",
    "apr",
    "arrears",
    "bls",
    "calculators",
    "collateral",
    "daycount",
    "keys",
    "loan",
    "prepaying",
    "schedule",
    "sharing",
    "signing",
    "terms",
]
