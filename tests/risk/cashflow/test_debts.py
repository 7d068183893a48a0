"""Measures of debts follow their definitions by hand."""

from decimal import Decimal

from tests.risk.cashflow.builders import before, values


def test_what_lenders_take_and_give_by_hand() -> None:
    lines = [
        before(60, 1_000), before(50, 500, "Loan disbursed", who="LOLC"),
        before(20, -400, "Supplier"), before(10, -200, "Loan repayment", who="LOLC"),
    ]  # fmt: skip

    found = values(lines, instalment=100)

    assert found["debt_service_share"] == Decimal("0.2000")
    assert found["cost_share"] == Decimal("0.4000")
    assert found["borrowed_share"] == Decimal("0.3333")
    assert found["net_flow_cover"] == Decimal("3.0000")


def test_a_lender_first_seen_lately_is_new() -> None:
    lines = [
        before(200, -5, "Loan repayment", who="Prasac MFI"),
        before(80, 900, "Loan disbursed", who="LOLC"),
        before(20, -5, "Loan repayment", who="Prasac MFI"),
    ]

    found = values(lines)

    assert (found["other_lenders"], found["new_lenders"]) == (2, 1)
    assert values(lines[1:])["new_lenders"] is None
