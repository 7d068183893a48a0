"""What access tells."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.ids import PartyId
from ledger.outbox import Event


@dataclass(frozen=True)
class KeyCreated(Event):
    """A party was given a key."""

    type: ClassVar[str] = "access.key_created"
    about: ClassVar[str] = "key"

    key: str
    party: PartyId
    role: str


@dataclass(frozen=True)
class KeyRevoked(Event):
    """A key opens nothing any more."""

    type: ClassVar[str] = "access.key_revoked"
    about: ClassVar[str] = "key"

    key: str
    party: PartyId
