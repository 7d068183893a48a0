"""What corrections tell."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.outbox import Event


@dataclass(frozen=True)
class CategoryCorrected(Event):
    """An operator said what money from or to a counterparty is for, from now on."""

    type: ClassVar[str] = "category.corrected"
    about: ClassVar[str] = "correction"
    personal: ClassVar[frozenset[str]] = frozenset({"counterparty", "reason"})

    correction: str
    counterparty: str
    incoming: bool
    category: str
    reason: str
    decided_by: str
