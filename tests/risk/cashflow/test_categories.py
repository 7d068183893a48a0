"""Movements are sorted by Khmer and Latin words, and direction matters."""

import pytest

from risk.cashflow import Category, categorise, normalise_counterparty
from tests.risk.cashflow.builders import before


@pytest.mark.parametrize(
    ("said", "amount", "category"),
    [
        ("KHQR payment received 123", 5, Category.SALES),
        ("ទទួលប្រាក់ពីការលក់", 5, Category.SALES),
        ("Supplier payment, goods on credit", -5, Category.SUPPLIERS),
        ("ទិញទំនិញពីអ្នកផ្គត់ផ្គង់", -5, Category.SUPPLIERS),
        ("ប្រាក់ខែ Salary", -5, Category.SALARIES),
        ("Loan disbursed ABC MFI", 5, Category.LOAN_IN),
        ("ទទួលប្រាក់កម្ចី", 5, Category.LOAN_IN),
        ("សងប្រាក់កម្ចី Loan repayment", -5, Category.LOAN_SERVICE),
        ("Capital contribution by owner", 5, Category.OWNER_MONEY),
        ("Transfer to own account", -5, Category.OWN_TRANSFER),
        ("Wallet top-up បញ្ចូលលុយ", -5, Category.OWN_TRANSFER),
        ("ថ្លៃឈ្នួល Rent", -5, Category.RENT),
        ("ពន្ធ Tax on turnover 1%", -5, Category.TAX),
        ("កម្រៃសេវា Service fee", -5, Category.FEES),
        ("ATM cash withdrawal", -5, Category.CASH),
        ("Returned cheque, insufficient funds", -5, Category.RETURNED),
        ("Invoice 7", 5, Category.SALES),
        ("Invoice 7", -5, Category.SUPPLIERS),
        ("Xyzzy", -5, Category.UNCLASSIFIED),
        ("Current account parent", -5, Category.UNCLASSIFIED),
        ("", 5, Category.UNCLASSIFIED),
    ],
)
def test_a_movement_has_its_purpose(said: str, amount: int, category: Category) -> None:
    assert categorise(before(1, amount, said)) is category


def test_a_refund_of_a_loan_payment_is_no_new_loan() -> None:
    assert categorise(before(1, 5, "Loan repayment returned")) is Category.RETURNED


def test_counterparties_are_counted_in_one_spelling() -> None:
    names = ["Sok Heng Co., Ltd.", "SOK HENG", "Sok  Heng Company 12"]

    assert {normalise_counterparty(before(1, 5, who=name)) for name in names} == {
        "sok heng"
    }
