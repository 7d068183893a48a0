"""Put a firm's lists of invoices together: a later list says how an invoice stands now."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.money import Currency
from risk.cashflow import Invoice, one_spelling
from risk.statements import InvoiceLine, InvoiceList


@dataclass(frozen=True)
class Bills:
    """What customers owe in one currency, and the SHA-256 of the lists that say so."""

    sha256: tuple[str, ...] = ()
    invoices: tuple[Invoice, ...] = ()


NO_BILLS = Bills()


def join(lists: Sequence[tuple[str, InvoiceList]], currency: Currency) -> Bills:
    """Join lists with their hashes, the earliest first; an invoice counts once."""
    latest: dict[tuple[str, str], list[InvoiceLine]] = {}
    for _, one in lists:
        told: dict[tuple[str, str], list[InvoiceLine]] = {}
        for item in one.invoices:
            key = one_spelling(item.customer), item.number
            told.setdefault(key, []).append(item)
        latest |= told
    return Bills(
        tuple(sha256 for sha256, _ in lists),
        tuple(
            Invoice(
                debtor, item.amount_minor, item.issued_on, item.due_on, item.paid_on
            )
            for (debtor, _), parts in latest.items()
            for item in parts
            if item.currency == currency.value
        ),
    )
