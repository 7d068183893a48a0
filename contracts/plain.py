"""Read numbers and dates that people send: plain ASCII, nothing that surprises."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

from pydantic import JsonValue

from contracts.errors import InputInvalid
from ledger.money import Currency, Money

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,40})?", re.ASCII)
_FRACTION = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_decimal(field: str, sent: JsonValue) -> Decimal:
    """Read a decimal such as ``"-12.5"``, or a whole number; no exponent, no NaN."""
    if type(sent) is int:
        return Decimal(sent)
    if isinstance(sent, str) and _DECIMAL.fullmatch(sent):
        return Decimal(sent)
    raise InputInvalid(field=field, reason='must be a number such as "12.50"')


def read_fraction(field: str, sent: JsonValue) -> Fraction:
    """Read a fraction such as ``"19/30"``, a decimal, or a whole number."""
    if isinstance(sent, str) and _FRACTION.fullmatch(sent):
        return Fraction(sent)
    return Fraction(read_decimal(field, sent))


def read_date(field: str, sent: JsonValue) -> date:
    """Read a date such as ``"2026-01-31"``."""
    if isinstance(sent, str) and _DATE.fullmatch(sent):
        try:
            return date.fromisoformat(sent)
        except ValueError:
            pass
    raise InputInvalid(field=field, reason='must be a date such as "2026-01-31"')


def read_count(field: str, sent: JsonValue) -> int:
    """Read a whole number that is not negative."""
    if type(sent) is int and sent >= 0:
        return sent
    raise InputInvalid(field=field, reason="must be a whole number, zero or more")


def read_money(field: str, sent: JsonValue, currency: Currency) -> Money:
    """Read an amount in the main unit, to the currency's decimals and no further."""
    minor = read_decimal(field, sent).scaleb(currency.exponent)
    if minor != minor.to_integral_value():
        raise InputInvalid(field=field, reason="must not be finer than the currency")
    return Money(int(minor), currency)
