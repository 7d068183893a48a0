"""What customers owe is measured by hand, on real invoices, and never from the future."""

import csv
import gzip
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from risk.cashflow import Invoice
from tests.risk.cashflow.builders import AS_OF, values

SHARED = (
    Path(__file__).parents[4] / "shared/data/ar_late_payment/accounts_receivable.csv.gz"
)


def bill(issued: int, amount: int, *, who: str = "A", terms: int = 30, paid: int = 0):
    """Bill a customer some days ago; ``paid`` days ago the money came."""
    on = AS_OF - timedelta(days=issued)
    came = AS_OF - timedelta(days=paid) if paid else None
    return Invoice(who, amount, on, on + timedelta(days=terms), came)


def test_what_is_owed_by_hand() -> None:
    invoices = [
        bill(200, 400, paid=170), bill(200, 200, paid=150), bill(160, 100, who="B"),
        bill(100, 300, terms=30), bill(10, 100, who="B"), bill(5, -110),
    ]  # fmt: skip

    found = values(invoices=invoices)

    # 500 are owed of 1,100 billed in 200 days.
    assert found["receivable_days"] == Decimal("90.9")
    assert found["receivables_overdue_share"] == Decimal("0.8000")
    assert found["receivables_over_90_share"] == Decimal("0.2000")
    assert found["late_payment_share"] == Decimal("0.3333")
    assert found["days_late_on_average"] == Decimal("6.67")
    assert found["largest_debtor_share"] == Decimal("0.6000")
    assert found["dilution_share"] == Decimal("0.1000")


def test_without_invoices_all_of_it_is_unknown() -> None:
    found = values()

    assert found["receivable_days"] is found["late_payment_share"] is None


def test_a_payment_of_the_day_itself_is_still_owed_and_a_later_bill_unknown() -> None:
    known = [bill(100, 50), bill(60, 50, paid=20)]
    open_bill = known[0]
    planted = [
        open_bill._replace(paid_on=AS_OF),
        known[1],
        bill(0, 10**9),
        bill(-5, 10**9, who="Z"),
    ]

    assert values(invoices=planted) == values(invoices=known)


@pytest.mark.skipif(not SHARED.is_file(), reason="the shared invoices are not here")
def test_the_share_of_late_payments_of_real_invoices_is_the_published_one() -> None:
    with gzip.open(SHARED, "rt") as file:
        rows = list(csv.DictReader(file))
    invoices = [
        Invoice(
            row["customerID"], 1, day(row["InvoiceDate"]), day(row["DueDate"]),
            day(row["SettledDate"]),
        )
        for row in rows
    ]  # fmt: skip
    late = sum(int(row["DaysLate"]) > 0 for row in rows) / len(rows)
    last = max(item.paid_on for item in invoices) + timedelta(days=1)
    shift = AS_OF - last
    recent = [
        item._replace(
            issued_on=item.issued_on + shift,
            due_on=item.due_on + shift,
            paid_on=item.paid_on + shift,
        )
        for item in invoices
        if item.paid_on + shift >= AS_OF - timedelta(days=365)
    ]

    found = values(invoices=recent)

    assert len(rows) == 2466
    assert late == pytest.approx(0.356, abs=0.001)
    assert float(found["late_payment_share"]) == pytest.approx(late, abs=0.05)
    assert found["receivables_overdue_share"] is None


def day(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - days, not instants
