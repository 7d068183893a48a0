"""Turn a firm's list of invoices into what its customers owe it, or refuse the list."""

from risk.receivables.bills import NO_BILLS, Bills, join
from risk.receivables.events import InvoicesReceived
from risk.receivables.model import InvoiceFile
from risk.receivables.repository import (
    forget,
    get_bytes,
    get_invoice_file,
    list_invoice_files,
    list_kept,
    list_named,
)
from risk.receivables.service import read_bills, receive_invoices, reread_invoices

__all__ = [
    "NO_BILLS",
    "Bills",
    "InvoiceFile",
    "InvoicesReceived",
    "forget",
    "get_bytes",
    "get_invoice_file",
    "join",
    "list_invoice_files",
    "list_kept",
    "list_named",
    "read_bills",
    "receive_invoices",
    "reread_invoices",
]
