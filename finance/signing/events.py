"""What signing tells: a signature is judged by where it stands among its key's events."""

from dataclasses import dataclass
from datetime import datetime

from ledger.outbox import Event


@dataclass(frozen=True)
class SigningKeyRegistered(Event):
    """Somebody has shown to have the secret of a key; bytes are in hexadecimal."""

    type = "signing_key.registered"
    about = "key_id"

    key_id: str
    party_id: str
    holder: str
    public: str
    proof: str


@dataclass(frozen=True)
class SigningKeyActivated(Event):
    """It is known whose key it is, and it signs from here on."""

    type = "signing_key.activated"
    about = "key_id"

    key_id: str
    party_id: str
    expires_at: datetime


@dataclass(frozen=True)
class SigningKeySucceeded(Event):
    """A key gave way to another and signed that it does; ``consent`` is in hexadecimal."""

    type = "signing_key.succeeded"
    about = "key_id"

    key_id: str
    party_id: str
    successor: str
    consent: str
    expires_at: datetime


@dataclass(frozen=True)
class SigningKeyRevoked(Event):
    """A key signs no more, for a reason."""

    type = "signing_key.revoked"
    about = "key_id"
    personal = frozenset({"reason"})

    key_id: str
    party_id: str
    by: str
    reason: str


@dataclass(frozen=True)
class SigningKeyExpired(Event):
    """A key's time is over."""

    type = "signing_key.expired"
    about = "key_id"

    key_id: str
    party_id: str


@dataclass(frozen=True)
class SignatureMade(Event):
    """Somebody gave their word on a message; a click has neither key nor signature."""

    type = "signature.made"
    about = "signature_id"

    signature_id: str
    party_id: str
    role: str
    purpose: str
    concerns: str
    subject: str
    level: str
    key_id: str
    message_sha256: str
    signature: str


@dataclass(frozen=True)
class SignaturesTotalled(Event):
    """Many signatures, each verified, were made into one that binds all who gave them."""

    type = "signatures.totalled"
    about = "total_id"

    total_id: str
    purpose: str
    concerns: str
    signers: int
    keys: int
    signature: str
