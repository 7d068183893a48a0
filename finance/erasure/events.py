"""What erasure tells."""

from dataclasses import dataclass
from datetime import date

from ledger.outbox import Event


@dataclass(frozen=True)
class PersonErased(Event):
    """Personal values and salts of a party are gone; some may be kept by law, until when."""

    type = "person.erased"
    about = "party"

    party: str
    approval: str
    erased: int
    kept: int
    kept_until: date | None
    named: bool
