"""Amounts are read exactly as the bank meant them, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.statements.amounts import (
    DecimalMark,
    currency_exponent,
    find_decimal_mark,
    read_minor,
)

POINT, COMMA = DecimalMark.POINT, DecimalMark.COMMA


@pytest.mark.parametrize(
    ("text", "mark", "minor"),
    [
        ("12.50", POINT, 1250),
        ("-12.5", POINT, -1250),
        ("+12", POINT, 1200),
        ("1,234,567.89", POINT, 123456789),
        ("1.234.567,89", COMMA, 123456789),
        ("1 234,5", COMMA, 123450),
        ("1'234.50", POINT, 123450),
        ("12,", COMMA, 1200),
        ("(45.00)", POINT, -4500),
        ("45.00-", POINT, -4500),
        ("45.00 DR", POINT, -4500),
        ("45.00 CR", POINT, 4500),
        ("$1,000.00", POINT, 100000),
        ("៛400,000", POINT, 40000000),
        ("USD 12.00", POINT, 1200),
        ("១២៣៤.៥០", POINT, 123450),
        ("\u221212.00", POINT, -1200),
        ("10.500", POINT, 1050),
        ("12,34,567.00", POINT, 123456700),
    ],
)
def test_a_bank_amount_is_read(text: str, mark: DecimalMark, minor: int) -> None:
    assert read_minor(text, 2, mark) == minor


@pytest.mark.parametrize(
    "text",
    ["", "-", ".", "12..34", "1,23", "NaN", "1e5", "1_000", "\uff11\uff12", "٣", "0.005", "12.5.1",
     "--5", "5 5 5x", "9" * 30, "1,234.567,89", "Infinity", "+-3", "1,,000.00"],
)  # fmt: skip
def test_an_unclear_amount_is_not_guessed(text: str) -> None:
    assert read_minor(text, 2, POINT) is None


@given(st.integers(-(10**15), 10**15))
def test_any_amount_written_in_either_style_is_read_back(minor: int) -> None:
    point = f"{Decimal(minor).scaleb(-2):,.2f}"
    comma = point.translate(str.maketrans(",.", ".,"))

    assert read_minor(point, 2, POINT) == minor
    assert read_minor(comma, 2, COMMA) == minor
    assert read_minor(point.replace(",", ""), 2, POINT) == minor


def test_the_decimal_mark_is_found_from_the_whole_file() -> None:
    assert find_decimal_mark(["1.234", "5,50", "12"]) is COMMA
    assert find_decimal_mark(["1,234", "5.50"]) is POINT
    assert find_decimal_mark(["1.234.567", "12"]) is COMMA
    assert find_decimal_mark(["1,234", "2,500,000"]) is POINT
    assert find_decimal_mark([]) is POINT


def test_exponents_follow_iso_4217() -> None:
    assert currency_exponent("KHR") == 2
    assert currency_exponent("JPY") == 0
    assert currency_exponent("KWD") == 3
    assert currency_exponent("ZZZ") is None
    assert currency_exponent("") is None
