"""Read an amount a person typed: plain digits, never through floating point."""

import re
from decimal import Decimal

from api.portal.errors import AmountUnreadable
from ledger.money import Currency, Money

_TYPED = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)
_EXAMPLES = {Currency.USD: "125.50", Currency.KHR: "500000"}


def read_currency(text: str) -> Currency:
    """Read a currency's code, as a form of ours sends it."""
    try:
        return Currency(text)
    except ValueError:
        raise AmountUnreadable(example=_EXAMPLES[Currency.USD]) from None


def read_amount(text: str, currency: Currency) -> Money:
    """Read an amount in a currency's main unit; refuse what cannot be paid.

    Raises:
        AmountUnreadable: Anything but digits and one point with two decimals at most.
        AmountOutOfRange: Zero.
        AmountNotSettleable: Part of a riel.
    """
    typed = text.strip(" ")
    if not _TYPED.fullmatch(typed):
        raise AmountUnreadable(example=_EXAMPLES[currency])
    minor = Decimal(typed).scaleb(currency.exponent)
    amount = Money(int(minor), currency)
    amount.require_positive()
    amount.require_settleable()
    return amount
