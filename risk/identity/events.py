"""What identity tells."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.outbox import Event


@dataclass(frozen=True)
class PartyRegistered(Event):
    """Somebody new takes part."""

    type: ClassVar[str] = "party.registered"
    about: ClassVar[str] = "party"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})

    party: str
    kind: str
    name: str
    country: str
    tax_residency: str


@dataclass(frozen=True)
class PartyVerified(Event):
    """Somebody checked who the party is, and was content."""

    type: ClassVar[str] = "party.verified"
    about: ClassVar[str] = "party"

    party: str
    by: str


@dataclass(frozen=True)
class PartyRejected(Event):
    """Somebody checked who the party is, and was not content."""

    type: ClassVar[str] = "party.rejected"
    about: ClassVar[str] = "party"

    party: str
    by: str


@dataclass(frozen=True)
class FirmDescribed(Event):
    """Somebody settled in which trade and place a firm works, and to whom it belongs."""

    type: ClassVar[str] = "firm.described"
    about: ClassVar[str] = "party"

    party: str
    sector: str
    province: str
    head: str | None
    by: str
