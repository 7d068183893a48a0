"""A movement of money with its purpose and age, and which receipts are no sales."""

from typing import NamedTuple

from risk.cashflow.categories import Category
from risk.statements import Transaction

NOT_SALES = frozenset(
    {
        Category.LOAN_IN,
        Category.OWNER_MONEY,
        Category.OWN_TRANSFER,
        Category.RETURNED,
    }
)


class Movement(NamedTuple):
    """One movement with its purpose and its age: 1 is the day before the judgement."""

    age_days: int
    amount_minor: int
    category: Category
    source: Transaction
