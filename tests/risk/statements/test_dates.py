"""Dates of every script and order are read, or not at all."""

from datetime import date

import pytest

from risk.statements.dates import LONGEST_DATE, DateOrder, find_date_order, read_date

DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    "text",
    ["2025-03-09", "09/03/2025", "9.3.2025", "20250309", "09-Mar-25", "9 March 2025",
     "០៩/០៣/២០២៥", "9 មីនា 2025", "09/03/2568", "09/03/68", "09/03/25",
     "2025-03-09T11:22:33+07:00", "09/03/2025 14:05", "20250309120000[-5:EST]",
     "Mar 9, 2025", "2025/3/9", "09-Mar-2025 08:00:01"],
)  # fmt: skip
def test_the_ninth_of_march_is_read(text: str) -> None:
    assert read_date(text, DAY) == date(2025, 3, 9)


@pytest.mark.parametrize(
    "text",
    ["", "2025-02-30", "31/04/2025", "0000-00-00", "1/1/1", "soon", "12345678901",
     "2025-13-01", "9 Xyz 2025", "1850-01-01", "03/2025"],
)  # fmt: skip
def test_no_date_is_made_up(text: str) -> None:
    assert read_date(text, DAY) is None


def test_a_text_longer_than_any_date_is_none_and_not_looked_through() -> None:
    as_long = "2025-03-09 11:22:33".ljust(LONGEST_DATE, "0")
    assert read_date(as_long, DAY) == date(2025, 3, 9)
    assert read_date(as_long + "0", DAY) is None
    # Each point could end the month or part it from the year: hours, were it tried.
    assert read_date("1a" + "." * 1_000_000, DAY) is None


def test_the_order_is_found_from_the_whole_file() -> None:
    assert find_date_order(["01/02/2025", "25/02/2025"]) is DAY
    assert find_date_order(["02/01/2025", "02/25/2025"]) is MONTH
    assert find_date_order(["01/02/2025"]) is DAY
    assert find_date_order(["13/02/2025", "02/13/2025"]) is None


def test_where_both_orders_fit_time_runs_one_way() -> None:
    assert find_date_order(["01/12/2025", "02/01/2025", "02/03/2025"]) is MONTH
