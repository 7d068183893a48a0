"""Measure many firms at once, in columns: most features of the registry, for portfolios.

Needs the extra ``bulk`` (polars). Lines come with their purpose and counterparty already
found, one account a firm, all firms' lines in one frame, each firm's oldest first. What
is measured is what the pure functions measure; a test holds the two together.
"""

from datetime import date

import polars as pl

from ledger.errors import ensure
from risk.cashflow.categories import Category
from risk.cashflow.debts import RUNNING_COSTS
from risk.cashflow.history import MONTH_DAYS, WINDOW_DAYS
from risk.cashflow.inflow import MINOR_PER_MAJOR, RECENT_DAYS
from risk.cashflow.movement import NOT_SALES

SCHEMA = pl.Schema(
    {
        "firm": pl.Int64(),
        "instalment_minor": pl.Int64(),
        "booked_on": pl.Date(),
        "amount_minor": pl.Int64(),
        "balance_after": pl.Int64(),
        "category": pl.Enum([category.value for category in Category]),
        "counterparty": pl.UInt32(),
    }
)
NOBODY = 0
_BALANCE_DAYS = 180
_AMOUNT, _AGE, _FIRM = pl.col("amount_minor"), pl.col("age"), pl.col("firm")
_MOVED, _SALE, _COST = pl.col("moved"), pl.col("sale"), pl.col("cost")
_INSTALMENT = pl.col("instalment_minor")


def measure_firms(lines: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Return a row of features for each firm with a line; ``null`` is unknown.

    Lines follow ``SCHEMA``; a counterparty is a number, ``NOBODY`` where none is named.
    Anything dated at or after the day is dropped first.
    """
    ensure(lines.schema == SCHEMA, "lines in columns have the shape of SCHEMA")
    aged = lines.with_columns(
        age=(pl.lit(as_of) - pl.col("booked_on")).dt.total_days().cast(pl.Int32)
    ).filter(_AGE.is_between(1, WINDOW_DAYS))
    later = (_FIRM.shift(1) == _FIRM) & (_AGE.shift(1) < _AGE)
    ensure(not aged.select(later.any()).item(), "a firm's lines stand oldest first")
    marked = aged.with_columns(
        moved=_AMOUNT.abs(),
        sale=pl.when((_AMOUNT > 0) & ~_is(*NOT_SALES)).then(_AMOUNT).otherwise(0),
        cost=pl.when((_AMOUNT < 0) & _is(*RUNNING_COSTS)).then(-_AMOUNT).otherwise(0),
        debt=pl.when((_AMOUNT < 0) & _is(Category.LOAN_SERVICE))
        .then(-_AMOUNT)
        .otherwise(0),
    )
    sums = _flows(marked)
    for part in (_months(marked), _balances(aged), _customers(marked)):
        sums = sums.join(part, on="firm", how="left")
    return sums.select("firm", **_features()).sort("firm")


def _is(*categories: Category) -> pl.Expr:
    return pl.col("category").is_in([category.value for category in categories])


def _flows(lines: pl.DataFrame) -> pl.DataFrame:
    """Add up a firm's whole year."""
    spent = (_AMOUNT < 0) & (_AGE <= RECENT_DAYS) & ~_is(Category.OWN_TRANSFER)
    lent, given = _is(Category.LOAN_IN), _is(Category.OWNER_MONEY) & (_AMOUNT > 0)
    return lines.group_by("firm").agg(
        _INSTALMENT.first(),
        span=_AGE.max(),
        newest=_AGE.min(),
        active=_AGE.filter(_AGE <= RECENT_DAYS).n_unique(),
        sales=_SALE.sum(),
        turnover=_MOVED.sum(),
        costs=_COST.sum(),
        debts=pl.col("debt").sum(),
        borrowed=_AMOUNT.filter(lent).sum(),
        given=_AMOUNT.filter(given).sum(),
        cash=_MOVED.filter(_is(Category.CASH)).sum(),
        unclassified=_MOVED.filter(_is(Category.UNCLASSIFIED)).sum(),
        returned=_is(Category.RETURNED).sum(),
        spent=_MOVED.filter(spent).sum(),
    )


def _months(lines: pl.DataFrame) -> pl.DataFrame:
    """Add up what lies in whole 30-day months."""
    by_month = lines.group_by("firm", ((_AGE - 1) // MONTH_DAYS).alias("month")).agg(
        _SALE.sum(), _COST.sum(), pl.col("debt").sum(), oldest=_AGE.max()
    )
    months = pl.col("oldest").max().over("firm") // MONTH_DAYS
    whole = by_month.with_columns(months=months).filter(
        pl.col("month") < pl.col("months")
    )
    return whole.group_by("firm").agg(
        pl.col("months").first(),
        month_sales=_SALE.sum(),
        month_costs=_COST.sum(),
        month_debts=pl.col("debt").sum(),
    )


def _balances(lines: pl.DataFrame) -> pl.DataFrame:
    """Carry each day's last balance up to the next day with a line."""
    following = pl.when(_FIRM.shift(-1) == _FIRM).then(_AGE.shift(-1)).otherwise(0)
    known = pl.col("balance_after").is_not_null()
    ends = lines.with_columns(following=following.fill_null(0)).filter(
        pl.col("following") != _AGE
    )
    blind = lines.filter(~known).select(_FIRM.unique())
    days = ends.join(blind, on="firm", how="anti").select(
        "firm",
        balance=pl.col("balance_after"),
        low=pl.col("balance_after") < _INSTALMENT,
        recent=_days_within(RECENT_DAYS),
        half=_days_within(_BALANCE_DAYS),
    )
    balance, recent, half = pl.col("balance"), pl.col("recent"), pl.col("half")
    return days.group_by("firm").agg(
        floor=balance.filter(recent > 0).min(),
        year_floor=balance.min(),
        held=(balance * recent).sum(),
        recent=recent.sum(),
        half=half.sum(),
        below=half.filter(balance < 0).sum(),
        low=half.filter(pl.col("low")).sum(),
    )


def _days_within(days: int) -> pl.Expr:
    upto = pl.min_horizontal(_AGE, pl.lit(days, pl.Int32))
    return (upto - pl.col("following")).clip(lower_bound=0).cast(pl.Int64)


def _customers(lines: pl.DataFrame) -> pl.DataFrame:
    named = lines.filter((_SALE > 0) & (pl.col("counterparty") != NOBODY))
    by_customer = named.group_by("firm", "counterparty").agg(_SALE.sum())
    return by_customer.group_by("firm").agg(largest=_SALE.max(), named=_SALE.sum())


def _features() -> dict[str, pl.Expr]:
    """Return each feature's formula over the sums, unknown where it divides by nothing."""
    col = pl.col
    recent = pl.min_horizontal(col("span"), pl.lit(RECENT_DAYS, pl.Int32))
    a_month = _over(col("month_sales"), col("months"))
    left = _over(col("month_sales") - col("month_costs"), col("months"))
    debts = _over(col("month_debts"), col("months")) + _INSTALMENT
    has_sales = col("month_sales") != 0
    spent_a_day = _over(col("spent"), col("recent"))
    return {
        "history_days": col("span"),
        "days_since_last_line": col("newest"),
        "active_days_share": _over(col("active"), recent),
        "sales_per_month": a_month / MINOR_PER_MAJOR,
        "sales_cover": a_month / _INSTALMENT,
        "floor_cover": col("floor") / _INSTALMENT,
        "year_floor_cover": col("year_floor") / _INSTALMENT,
        "mean_balance_cover": _over(col("held"), col("recent")) / _INSTALMENT,
        "days_of_cash": _over(_over(col("held"), col("recent")), spent_a_day),
        "low_balance_share": _over(col("low"), col("half")),
        "negative_days_share": _over(col("below"), col("half")),
        "returned_items": col("returned"),
        "debt_service_cover": pl.when(has_sales).then(_over(left, debts)),
        "net_flow_cover": left / _INSTALMENT,
        "cost_share": _over(col("costs"), col("sales")),
        "debt_service_share": _over(col("debts"), col("sales")),
        "borrowed_share": _over(col("borrowed"), col("sales") + col("borrowed")),
        "owner_money_share": _over(col("given"), col("sales") + col("given")),
        "cash_share": _over(col("cash"), col("turnover")),
        "unclassified_share": _over(col("unclassified"), col("turnover")),
        "largest_customer_share": _over(col("largest"), col("named")),
    }


def _over(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below != 0).then(above / below)
