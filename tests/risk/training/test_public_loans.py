"""On the public set of loans: no feature sees the future, and both sources agree."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from risk.cashflow import measure
from risk.statements import Transaction
from tests.benchmarks.berka.reading import lines_of, read_folder

SHARED = Path(__file__).parents[4] / "shared/data/berka"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not SHARED.is_dir(), reason="the shared set of loans is not here"
    ),
]


def planted(dice: random.Random, on: date) -> list[Transaction]:
    """Make lines on the loan's day and after, of every kind that could help a score."""
    return [
        Transaction(
            n, on + timedelta(days=dice.choice([0, 1, 30, 700])), on,
            dice.choice([-1, 1]) * dice.randrange(10**8), "CZK", "",
            dice.choice(["movement", "insufficient funds", "loan repayment"]),
            dice.randrange(-(10**8), 10**8),
        )
        for n in range(5)
    ]  # fmt: skip


def test_lines_planted_at_or_after_a_loan_change_no_feature_of_any_loan() -> None:
    dice = random.Random(6)

    changed = [
        on
        for lines, on, instalment in lines_of(SHARED)
        if measure([lines], on, instalment)
        != measure([lines + planted(dice, on)], on, instalment)
    ]

    assert changed == []


def test_rows_and_summaries_of_the_same_loans_agree_to_the_last_decimal() -> None:
    known = read_folder(SHARED)

    assert known.counts["rows"] >= 200
    assert known.counts["disagree"] == 0
