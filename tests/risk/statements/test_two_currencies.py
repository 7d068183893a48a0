"""A table that moves dollars and riels is one account for each of them."""

import pytest

from risk.statements import StatementRefused, read_accounts, read_statements

BY_CELL = """Date,Details,Amount,Balance,Ccy
2025-01-01,Opening balance,,10.00,USD
2025-01-02,Sale,5.00,15.00,USD
2025-01-02,Sale,"40,000","40,000",KHR
,of ice,,,
2025-01-03,Rent,-1.00,14.00,USD
"""
BY_COLUMN = """Date,Details,In (USD),Out (USD),Balance (USD),In (KHR),Out (KHR),Balance (KHR)
2025-01-02,Sale,5.00,,5.00,,,
2025-01-02,Exchange,,2.00,3.00,"8,000",,"8,000"
2025-01-03,Ice,,,,,"3,000","5,000"
"""


def moved(text: str) -> dict[str, list[int]]:
    return {
        read.parsed.currency: [item.amount_minor for item in read.parsed.transactions]
        for read in read_statements("two.csv", text.encode())
    }


def told(text: str) -> tuple[str, int]:
    with pytest.raises(StatementRefused) as refused:
        read_statements("two.csv", text.encode())
    return refused.value.code, refused.value.line


def test_a_column_of_currencies_parts_the_rows() -> None:
    assert moved(BY_CELL) == {"USD": [500, -100], "KHR": [4_000_000]}

    dollars, riels = read_accounts("two.csv", BY_CELL.encode())
    assert (dollars.opening, dollars.closing) == (1000, 1400)
    assert [item.line for item in dollars.left_out] == [2]
    assert riels.transactions[0].reference == "Sale of ice"
    assert riels.balances == ()


def test_amounts_in_two_columns_part_them_and_an_exchange_moves_both() -> None:
    assert moved(BY_COLUMN) == {"USD": [500, -200], "KHR": [800_000, -300_000]}


def test_each_currency_must_add_up() -> None:
    broken = BY_COLUMN.replace('"3,000","5,000"', '"3,000","6,000"')

    assert told(broken) == ("statement_balance_broken", 4)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (BY_COLUMN.replace('"3,000","5,000"', ","), "statement_amount_unreadable", 4),
        (BY_CELL.replace("14.00,USD", "14.00,"), "statement_currency_unknown", 6),
        (BY_CELL.replace("14.00,USD", "14.00,EUR"), "statement_currencies_mixed", 6),
    ],
)
def test_a_row_that_belongs_to_neither_is_refused(
    text: str, code: str, line: int
) -> None:
    assert told(text) == (code, line)
