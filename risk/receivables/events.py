"""What lists of invoices tell."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.outbox import Event


@dataclass(frozen=True)
class InvoicesReceived(Event):
    """A party gave a list of invoices, and it was read completely."""

    type: ClassVar[str] = "invoices.received"
    about: ClassVar[str] = "invoice_file"

    invoice_file: str
    party: str
    sha256: str
    format: str
    lines: int
