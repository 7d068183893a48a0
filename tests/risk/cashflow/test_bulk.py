"""Many firms at once are measured as each would be alone."""

from datetime import timedelta

import polars as pl
import pytest

from ledger.errors import InvariantBroken
from risk.cashflow import FEATURES, Background, Category, Rulebook, measure
from risk.cashflow.bulk import SCHEMA, measure_firms
from risk.statements import Transaction
from tests.benchmarks.risk.batch import lines_of_firms
from tests.benchmarks.risk.made import AS_OF

DECIMALS = {feature.name: feature.decimals for feature in FEATURES}


def alone(lines: pl.DataFrame, firm: int) -> dict:
    """Measure one firm by the pure functions, its purposes given by corrections."""
    rows = lines.filter(pl.col("firm") == firm).to_dicts()
    names = {}
    told = []
    for row in rows:
        name = f"{'abcdefghij'[row['counterparty'] % 10]}{'klmn'[row['counterparty'] // 10]}"
        who = f"{name} {row['category']}" if row["counterparty"] else ""
        said = "" if who else f"nobody {row['category']}"
        told.append(
            Transaction(
                1, row["booked_on"], row["booked_on"], row["amount_minor"], "USD",
                who, said, row["balance_after"],
            )
        )  # fmt: skip
        for incoming in (True, False):
            key = (who or said).replace("_", " "), incoming
            names[key] = Category(row["category"])
    background = Background(Rulebook(names, 1))
    found = measure([told], AS_OF, rows[0]["instalment_minor"], background)
    return {name: item.value for name, item in found.items()}


def test_each_firm_is_measured_as_it_would_be_alone() -> None:
    lines = lines_of_firms(12, 60)
    blind = pl.when(pl.col("firm") == 3).then(None).otherwise(pl.col("balance_after"))
    young = (pl.col("firm") != 5) | (pl.col("booked_on") > AS_OF - timedelta(days=20))
    lines = lines.with_columns(balance_after=blind).filter(young)

    measured = measure_firms(lines, AS_OF)

    for row in measured.to_dicts():
        firm = row.pop("firm")
        pure = alone(lines, firm)
        row.pop("largest_customer_share")
        for name, value in row.items():
            if value is None or pure[name] is None:
                assert value is pure[name] is None, (firm, name)
            else:
                step = 10.0 ** -DECIMALS[name]
                assert value == pytest.approx(float(pure[name]), abs=step * 0.51), (
                    firm,
                    name,
                )


def test_lines_of_the_day_or_later_change_nothing() -> None:
    lines = lines_of_firms(3, 40)
    planted = lines.with_columns(
        booked_on=pl.lit(AS_OF), amount_minor=pl.lit(10**9, pl.Int64)
    )

    both = pl.concat([lines, planted]).sort("firm", "booked_on", maintain_order=True)

    assert measure_firms(both, AS_OF).equals(measure_firms(lines, AS_OF))


def test_the_largest_customer_of_many_firms() -> None:
    day = AS_OF - timedelta(days=9)
    rows = [(1, 100, day, 60, 60, "sales", 7), (1, 100, day, 20, 80, "sales", 8),
            (1, 100, day, 20, 100, "sales", 9), (1, 100, day, 500, 600, "sales", 0)]  # fmt: skip
    lines = pl.DataFrame(rows, schema=SCHEMA, orient="row")

    [found] = measure_firms(lines, AS_OF).to_dicts()

    assert found["largest_customer_share"] == 0.6


def test_lines_out_of_order_are_not_measured() -> None:
    with pytest.raises(InvariantBroken):
        measure_firms(lines_of_firms(2, 20).reverse(), AS_OF)
