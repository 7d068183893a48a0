"""Name every feature: what it means, its unit, which way it points, when it is unknown."""

from risk.cashflow import buffer, debts, inflow, receivables, structure
from risk.cashflow.feature import Better, Feature
from risk.cashflow.record_features import RECORD_FEATURES

_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_MONTH = "less than 30 days of history"
_QUARTER = "less than 90 days of history, or no sales"
_NO_BALANCE = "an account states no balance"
_NO_LINES = "no lines"
_NO_SALES = "no sales"
_NO_INVOICES = "no invoices were given"
_NOTHING_PAID = "no invoice was paid"
_NOTHING_OWED = "nothing is owed"
_MONEY = "major units of the account's currency"
# Months are of 30 days, counted back from the day before the judgement.
FEATURES: tuple[Feature, ...] = (
    Feature(
        "history_days",
        "Days from the first line to the day of judgement, at most 365.",
        "days", _HIGHER, _NO_LINES, 0, inflow.history_days,
    ),
    Feature(
        "days_since_last_line",
        "Days from the last line to the day of judgement.",
        "days", _LOWER, _NO_LINES, 0, inflow.days_since_last_line,
    ),
    Feature(
        "active_days_share",
        "Share of the last 90 days on which anything moved.",
        "share of days", _HIGHER, _NO_LINES, 4, inflow.active_days_share,
    ),
    Feature(
        "sales_per_month",
        "Mean of sales and unnamed receipts in 30-day months.",
        _MONEY, _HIGHER, _MONTH, 2, inflow.sales_per_month,
    ),
    Feature(
        "sales_median_month",
        "Sales and unnamed receipts of the middle month.",
        _MONEY, _HIGHER, _MONTH, 2, inflow.sales_median_month,
    ),
    Feature(
        "sales_cover",
        "Mean of monthly sales over the instalment.",
        "instalments", _HIGHER, _MONTH, 4, inflow.sales_cover,
    ),
    Feature(
        "sales_variation",
        "Standard deviation of monthly sales divided by their mean.",
        "ratio", _LOWER, _QUARTER, 4, inflow.sales_variation,
    ),
    Feature(
        "sales_trend",
        "Sales of the last three 30-day months over the three before, less one.",
        "ratio", _HIGHER, "less than 180 days of history, or no sales before", 4,
        inflow.sales_trend,
    ),
    Feature(
        "sales_seasonality",
        "Sales of the best three months in a row, round the year, over a quarter of"
        " the year's.",
        "ratio", _NEITHER, "less than 360 days of history, or no sales", 4,
        inflow.sales_seasonality,
    ),
    Feature(
        "weakest_month",
        "Sales of the weakest month over the mean month's.",
        "ratio", _HIGHER, _QUARTER, 4, inflow.weakest_month,
    ),
    Feature(
        "longest_without_sales",
        "Longest run of days without a sale in the last 90 days.",
        "days", _LOWER, _NO_SALES, 0, inflow.longest_without_sales,
    ),
    Feature(
        "floor_cover",
        "Lowest balance at the end of a day in the last 90 days, in instalments.",
        "instalments", _HIGHER, _NO_BALANCE, 4, buffer.floor_cover,
    ),
    Feature(
        "year_floor_cover",
        "Lowest balance at the end of a day in the last 365 days, in instalments.",
        "instalments", _HIGHER, _NO_BALANCE, 4, buffer.year_floor_cover,
    ),
    Feature(
        "mean_balance_cover",
        "Mean balance at the end of the last 90 days, in instalments.",
        "instalments", _HIGHER, _NO_BALANCE, 4, buffer.mean_balance_cover,
    ),
    Feature(
        "balance_trend",
        "Mean balance of the last 90 days less that of the 90 before, in instalments.",
        "instalments", _HIGHER, f"{_NO_BALANCE}, or less than 180 days of history", 4,
        buffer.balance_trend,
    ),
    Feature(
        "balance_variation",
        "Standard deviation of the balances of the last 180 days over their mean.",
        "ratio", _LOWER,
        f"{_NO_BALANCE}, less than 90 days of history, or a mean not above zero", 4,
        buffer.balance_variation,
    ),
    Feature(
        "days_of_cash",
        "Mean balance of the last 90 days over mean daily spending.",
        "days", _HIGHER, f"{_NO_BALANCE}, or nothing was spent", 2, buffer.days_of_cash,
    ),
    Feature(
        "low_balance_share",
        "Share of the last 180 days that end with less than one instalment.",
        "share of days", _LOWER, _NO_BALANCE, 4, buffer.low_balance_share,
    ),
    Feature(
        "negative_days_share",
        "Share of the last 180 days that end below zero.",
        "share of days", _LOWER, _NO_BALANCE, 4, buffer.negative_days_share,
    ),
    Feature(
        "returned_items",
        "Payments returned for want of money, in 365 days.",
        "items", _LOWER, _NO_LINES, 0, buffer.returned_items,
    ),
    Feature(
        "debt_service_cover",
        "Sales less running costs, over loans already served plus the instalment.",
        "ratio", _HIGHER, f"{_MONTH}, or no sales", 4, debts.debt_service_cover,
    ),
    Feature(
        "net_flow_cover",
        "Sales less running costs of a mean month, over the instalment.",
        "instalments", _HIGHER, _MONTH, 4, debts.net_flow_cover,
    ),
    Feature(
        "cost_share",
        "Running costs over sales.",
        "share of sales", _LOWER, _NO_SALES, 4, debts.cost_share,
    ),
    Feature(
        "debt_service_share",
        "What is paid to lenders over sales.",
        "share of sales", _LOWER, _NO_SALES, 4, debts.debt_service_share,
    ),
    Feature(
        "borrowed_share",
        "Loans received over sales and loans received.",
        "share of receipts", _LOWER, "no sales and no loans", 4, debts.borrowed_share,
    ),
    Feature(
        "other_lenders",
        "Lenders the firm pays or is paid by.",
        "lenders", _LOWER, _NO_LINES, 0, debts.other_lenders,
    ),
    Feature(
        "new_lenders",
        "Lenders first seen in the last 90 days.",
        "lenders", _LOWER, "less than 180 days of history", 0, debts.new_lenders,
    ),
    Feature(
        "largest_customer_share",
        "Share of sales that the largest customer pays.",
        "share of sales", _LOWER, "no sales from a named customer", 4,
        structure.largest_customer_share,
    ),
    Feature(
        "top_five_customers_share",
        "Share of sales that the five largest customers pay.",
        "share of sales", _LOWER, "no sales from a named customer", 4,
        structure.top_five_customers_share,
    ),
    Feature(
        "customer_concentration",
        "Sum of the squared shares of sales of all named customers (Herfindahl).",
        "index from 0 to 1", _LOWER, "no sales from a named customer", 4,
        structure.customer_concentration,
    ),
    Feature(
        "largest_supplier_share",
        "Share of purchases that the largest supplier is paid.",
        "share of purchases", _LOWER, "no purchase from a named supplier", 4,
        structure.largest_supplier_share,
    ),
    Feature(
        "cash_share",
        "Share of money moved, in and out, that is cash.",
        "share of turnover", _LOWER, _NO_LINES, 4, structure.cash_share,
    ),
    Feature(
        "owner_money_share",
        "Money put in by owners over sales and that money.",
        "share of receipts", _LOWER, "no sales and no owner's money", 4,
        structure.owner_money_share,
    ),
    Feature(
        "unclassified_share",
        "Share of money moved, in and out, whose purpose no rule knows.",
        "share of turnover", _LOWER, _NO_LINES, 4, structure.unclassified_share,
    ),
    Feature(
        "receivable_days",
        "What customers owe over what is billed a day (DSO).",
        "days", _LOWER, _NO_INVOICES, 1, receivables.receivable_days,
    ),
    Feature(
        "receivables_overdue_share",
        "Share of what customers owe that is past its due date.",
        "share of receivables", _LOWER, _NOTHING_OWED, 4,
        receivables.receivables_overdue_share,
    ),
    Feature(
        "receivables_over_90_share",
        "Share of what customers owe that is more than 90 days past its due date.",
        "share of receivables", _LOWER, _NOTHING_OWED, 4,
        receivables.receivables_over_90_share,
    ),
    Feature(
        "late_payment_share",
        "Share of what customers paid that came after its due date.",
        "share of payments", _LOWER, _NOTHING_PAID, 4, receivables.late_payment_share,
    ),
    Feature(
        "days_late_on_average",
        "Days past the due date that a unit of money came, early counted as none.",
        "days", _LOWER, _NOTHING_PAID, 2, receivables.days_late_on_average,
    ),
    Feature(
        "largest_debtor_share",
        "Share of what customers owe that one of them owes.",
        "share of receivables", _LOWER, _NOTHING_OWED, 4,
        receivables.largest_debtor_share,
    ),
    Feature(
        "dilution_share",
        "Credit notes over invoices.",
        "share of billing", _LOWER, _NO_INVOICES, 4, receivables.dilution_share,
    ),
    *RECORD_FEATURES,
)  # fmt: skip
