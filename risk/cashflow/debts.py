"""Measures of debts: what earnings leave for them, who else lends, and how lately."""

from risk.cashflow.categories import Category
from risk.cashflow.history import MONTH_DAYS, History
from risk.cashflow.inflow import RECENT_DAYS
from risk.cashflow.movement import Movement
from risk.cashflow.parties import normalise_counterparty

RUNNING_COSTS = (
    Category.SALARIES,
    Category.RENT,
    Category.TAX,
    Category.SUPPLIERS,
    Category.CASH,
    Category.FEES,
    Category.UNCLASSIFIED,
    Category.SALES,
)


def debt_service_cover(history: History) -> float | None:
    """Return what is left for debts each month over what debts would take."""
    if not history.months or not sum(history.sales_by_month):
        return None
    days = history.months * MONTH_DAYS
    costs = history.spent(*RUNNING_COSTS, days=days) / history.months
    debts = history.spent(Category.LOAN_SERVICE, days=days) / history.months
    sales = sum(history.sales_by_month) / history.months
    return (sales - costs) / (debts + history.instalment_minor)


def net_flow_cover(history: History) -> float | None:
    """Return what a month's sales leave after running costs, in instalments."""
    if not history.months:
        return None
    costs = history.spent(*RUNNING_COSTS, days=history.months * MONTH_DAYS)
    left = sum(history.sales_by_month) - costs
    return left / history.months / history.instalment_minor


def cost_share(history: History) -> float | None:
    """Return running costs over sales."""
    costs = history.spent(*RUNNING_COSTS)
    return costs / history.sales_total if history.sales_total else None


def debt_service_share(history: History) -> float | None:
    """Return what goes to lenders over sales."""
    paid = history.spent(Category.LOAN_SERVICE)
    return paid / history.sales_total if history.sales_total else None


def borrowed_share(history: History) -> float | None:
    """Return loans received over sales and loans received."""
    borrowed = sum(item.amount_minor for item in history.by_category[Category.LOAN_IN])
    total = history.sales_total + borrowed
    return borrowed / total if total else None


def other_lenders(history: History) -> float | None:
    """Count the lenders seen in the flows."""
    return len(_first_seen(history)) if history.movements else None


def new_lenders(history: History) -> float | None:
    """Count the lenders first seen lately, where there was time to see them before."""
    if history.span_days < 2 * RECENT_DAYS:
        return None
    return sum(age <= RECENT_DAYS for age in _first_seen(history).values())


def _first_seen(history: History) -> dict[str, int]:
    """Return each lender and how many days ago it was first seen."""
    ages: dict[str, int] = {}
    for item in _lending(history):
        lender = normalise_counterparty(item.source)
        ages[lender] = max(ages.get(lender, 0), item.age_days)
    return ages


def _lending(history: History) -> list[Movement]:
    return [
        *history.by_category[Category.LOAN_IN],
        *history.by_category[Category.LOAN_SERVICE],
    ]
