"""Months are added up over accounts; a balance that is not stated stays unknown."""

from datetime import date

from risk.cashflow.monthly import MonthFlow, by_month
from risk.statements import Transaction


def line(day: str, amount: int, balance: int | None) -> Transaction:
    on = date.fromisoformat(day)
    return Transaction(1, on, on, amount, "USD", balance_after=balance)


def test_months_of_two_accounts_are_one_row_each() -> None:
    first = [line("2026-01-31", 500, 900), line("2026-02-01", -200, 700)]
    second = [line("2026-02-02", -50, 10), line("2026-02-03", 40, 50)]

    assert by_month([first, second]) == [
        MonthFlow(date(2026, 1, 1), 500, 0, 900),
        MonthFlow(date(2026, 2, 1), 40, 250, 710),
    ]


def test_one_line_without_a_balance_makes_the_month_unknown() -> None:
    (month,) = by_month([[line("2026-01-05", 5, 5), line("2026-01-06", -9, None)]])

    assert month.lowest_minor is None
    assert month.net_minor == -4
