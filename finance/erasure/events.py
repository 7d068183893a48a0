"""What erasure tells."""

from dataclasses import dataclass
from datetime import date

from ledger.outbox import Event


@dataclass(frozen=True)
class PersonErased(Event):
    """What was personal of a party is gone; some may be kept by law, until when.

    ``erased`` counts values with their salts, ``records`` what lay beside the log.
    """

    type = "person.erased"
    about = "party"

    party: str
    approval: str
    erased: int
    records: int
    kept: int
    kept_until: date | None
    named: bool
