"""Measures of whom a firm hangs on follow their definitions by hand."""

from decimal import Decimal

from tests.risk.cashflow.builders import before, values


def test_customers_by_hand() -> None:
    lines = [before(n, 10, who=letter) for n, letter in enumerate("ABCDEF", start=1)]
    lines.append(before(8, 40, who="A"))

    found = values(sorted(lines, key=lambda item: item.booked_on))

    assert found["largest_customer_share"] == Decimal("0.5000")
    assert found["top_five_customers_share"] == Decimal("0.9000")
    assert found["customer_concentration"] == Decimal("0.3000")


def test_a_customer_in_two_scripts_of_typing_is_one() -> None:
    lines = [
        before(3, 50, who="SOK HENG Co., Ltd. 012345678"),
        before(2, 30, who="Received from Sok Heng"),
        before(1, 20, who="ក្រុមហ៊ុន មាស"),
    ]

    assert values(lines)["largest_customer_share"] == Decimal("0.8000")


def test_suppliers_cash_and_owners_by_hand() -> None:
    lines = [
        before(5, 600), before(4, -300, "Supplier", who="A"),
        before(3, -100, "Supplier", who="B"), before(2, -200, "ATM"),
        before(1, 200, "Owner capital injection"),
    ]  # fmt: skip

    found = values(lines)

    assert found["largest_supplier_share"] == Decimal("0.7500")
    assert found["cash_share"] == Decimal("0.1429")
    assert found["owner_money_share"] == Decimal("0.2500")
