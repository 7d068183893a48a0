"""Transactions in a few words."""

from datetime import date, timedelta
from decimal import Decimal

from risk.cashflow import Background, measure
from risk.statements import Transaction

AS_OF = date(2026, 1, 1)


def before(
    days: int,
    amount: int,
    said: str = "Sale",
    *,
    who: str = "",
    balance: int | None = None,
) -> Transaction:
    """Make a movement some days before the day of judgement."""
    on = AS_OF - timedelta(days=days)
    return Transaction(1, on, on, amount, "USD", who, said, balance)


def running(*lines: Transaction, opening: int = 0) -> list[Transaction]:
    """Give lines their balances, oldest first."""
    told = []
    for line in sorted(lines, key=lambda item: item.booked_on):
        opening += line.amount_minor
        told.append(line._replace(balance_after=opening))
    return told


def values(
    *accounts, instalment: int = 100, invoices: tuple = ()
) -> dict[str, Decimal | None]:
    """Measure accounts and return the plain values."""
    background = Background(invoices=tuple(invoices))
    found = measure(accounts, AS_OF, instalment, background)
    return {name: item.value for name, item in found.items()}
