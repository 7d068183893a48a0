"""Lists of invoices are joined: an invoice counts once, as its latest list tells it."""

from datetime import date

from ledger.money import Currency
from risk.cashflow import Invoice
from risk.receivables import join
from risk.statements import read_invoice_list

HEAD = "Invoice number,Customer,Invoice date,Due date,Paid date,Amount,Currency\n"
OPEN = "A2,{},2025-01-03,2025-02-02,,40.00,USD\n"
PAID = "A2,{},2025-01-03,2025-02-02,2025-02-09,40.00,USD\n"
RIEL = "K1,Dara,2025-01-03,2025-02-02,,4000,KHR\n"


def read(text: str):
    return read_invoice_list("list.csv", (HEAD + text).encode())


def test_a_later_list_says_how_an_invoice_stands_now() -> None:
    before, after = OPEN.format("Dara Co. Ltd"), PAID.format("DARA") + RIEL
    lists = [("aa", read(before + OPEN.format("Sok"))), ("bb", read(after))]

    found = join(lists, Currency.USD)

    issued, due = date(2025, 1, 3), date(2025, 2, 2)
    assert found.sha256 == ("aa", "bb")
    assert found.invoices == (
        Invoice("dara", 4000, issued, due, date(2025, 2, 9)),
        Invoice("sok", 4000, issued, due),
    )
    assert [one.amount_minor for one in join(lists, Currency.KHR).invoices] == [400_000]


def test_without_lists_nothing_is_known() -> None:
    assert join([], Currency.USD).invoices == ()
