"""Loans whose outcome hangs on two features in a known way."""

import math
import random
from datetime import date, timedelta
from decimal import Decimal

from risk.cashflow import Measured
from risk.training import Loan

FEATURES = ("floor_cover", "receipts_variation", "returned_in_record", "mean_balance")


def loans(number: int = 300, seed: int = 1) -> list[Loan]:
    """Make loans that go bad by a thin floor and uneven receipts; the rest is noise."""
    dice = random.Random(seed)
    return [_loan(n, dice) for n in range(number)]


def _loan(number: int, dice: random.Random) -> Loan:
    floor, variation = dice.gauss(2, 2), dice.uniform(0, 3)
    chance = 1 / (1 + math.exp(0.5 + 1.2 * floor - variation))
    values = {
        "floor_cover": f"{floor:.4f}",
        "receipts_variation": f"{variation:.4f}" if dice.random() > 0.1 else None,
        "returned_in_record": str(dice.randrange(3)),
        "mean_balance": f"{dice.uniform(-100, 5000):.2f}",
    }
    return Loan(
        f"loan-{number:05}",
        date(2025, 1, 1) + timedelta(days=number),
        dice.random() < chance,
        {
            name: Measured(name, None if text is None else Decimal(text))
            for name, text in values.items()
        },
    )
