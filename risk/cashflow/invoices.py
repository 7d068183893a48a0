"""What customers owe a firm: invoices as they were known before a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple


class Invoice(NamedTuple):
    """A bill to a customer, or below zero a credit note; unpaid without ``paid_on``."""

    debtor: str
    amount_minor: int
    issued_on: date
    due_on: date
    paid_on: date | None = None


def as_known_before(
    invoices: Sequence[Invoice], as_of: date, days: int
) -> tuple[Invoice, ...]:
    """Return the invoices of the days before a day, as they stood then.

    An invoice of the day itself or later is not there yet; one that is paid on the day
    or later is still open. Older ones count as long as they were open in these days.
    """
    first = as_of - timedelta(days=days)
    known = (
        item
        if item.paid_on is None or item.paid_on < as_of
        else item._replace(paid_on=None)
        for item in invoices
        if item.issued_on < as_of
    )
    return tuple(
        item
        for item in known
        if item.issued_on >= first or item.paid_on is None or item.paid_on >= first
    )
