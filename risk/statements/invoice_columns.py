"""Find out what the columns of a list of invoices hold, by their headings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from risk.statements.columns import NOWHERE, bare_words, unit_of

_KNOWN = json.loads(
    files("risk.statements").joinpath("invoices.json").read_text("utf-8")
)
_HEADINGS: dict[str, tuple[str, int]] = {
    heading: (column, rank)
    for column, names in _KNOWN["headings"].items()
    for rank, heading in enumerate(names)
}
CANCELLED = frozenset(_KNOWN["cancelled_words"])
_NEEDED = frozenset({"number", "customer", "issued_on", "due_on", "amount"})
# Either says whether an invoice was paid.
_OF_PAYMENT = frozenset({"paid_on", "owed"})


@dataclass(frozen=True)
class InvoiceColumns:
    """Which place in a row holds what; what the list does not have is ``NOWHERE``."""

    number: int
    customer: int
    issued_on: int
    due_on: int
    amount: int
    paid_on: int = NOWHERE
    owed: int = NOWHERE
    currency: int = NOWHERE
    status: int = NOWHERE
    width: int = 0
    unit: str = ""

    @property
    def dates(self) -> tuple[int, ...]:
        """Return every column of dates."""
        return self.issued_on, self.due_on, self.paid_on


def find_invoice_columns(row: Sequence[str]) -> InvoiceColumns | None:
    """Read a heading row; ``None`` when it does not name all that is needed.

    Two columns with one heading are one too many to be sure.
    """
    found: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(row):
        column, rank = _HEADINGS.get(bare_words(cell), ("", 0))
        known = found.get(column)
        if column and known and known[0] == rank:
            return None
        if column and (known is None or rank < known[0]):
            found[column] = rank, place
    if not found.keys() >= _NEEDED or not found.keys() & _OF_PAYMENT:
        return None
    places = {column: place for column, (_, place) in found.items()}
    width = max(place for place, cell in enumerate(row) if cell.strip()) + 1
    unit = unit_of(row[places["amount"]])
    return InvoiceColumns(width=width, unit=unit, **places)
