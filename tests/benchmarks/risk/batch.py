"""Features of many firms at once, on one thread, in rows a second."""

import random
import statistics
import time
from datetime import timedelta

import polars as pl

from risk.cashflow import Category
from risk.cashflow.bulk import SCHEMA, measure_firms
from tests.benchmarks.risk.made import AS_OF

LINES_EACH = 500


def lines_of_firms(firms: int, each: int = LINES_EACH) -> pl.DataFrame:
    """Make a year of movements for each firm, oldest first."""
    chance = random.Random(2)
    kinds = [kind.value for kind in Category]
    count = firms * each
    amounts = [chance.randint(-9_000, 10_000) or 1 for _ in range(count)]
    frame = pl.DataFrame(
        {
            "firm": [number // each for number in range(count)],
            "instalment_minor": [20_000] * count,
            "booked_on": [
                AS_OF - timedelta(days=365 - number % each * 365 // each)
                for number in range(count)
            ],
            "amount_minor": amounts,
            "category": chance.choices(kinds, k=count),
            "counterparty": chance.choices(range(40), k=count),
        }
    )
    opening = 1_000_000
    balance = pl.col("amount_minor").cum_sum().over("firm") + opening
    return (
        frame.with_columns(balance_after=balance)
        .select(list(SCHEMA))
        .cast(dict(SCHEMA))
    )


def report(firms: int, rounds: int) -> list[str]:
    """Time the batch and say how many rows a second it measures."""
    lines = lines_of_firms(firms)
    took = []
    for _ in range(rounds):
        began = time.process_time()
        measure_firms(lines, AS_OF)
        took.append(time.process_time() - began)
    middle = statistics.median(took)
    rate = lines.height / middle
    return [
        (
            f"batch of {lines.height:,} rows, {firms:,} firms, {pl.thread_pool_size()} thread(s):"
            f" {middle * 1e3:.0f} ms of processor time, {rate:,.0f} rows/s a thread"
        )
    ]
