"""Signing keys of those who take part, and what they signed."""

from finance.signing.errors import (
    OwnSigningKey,
    SigningKeyEnded,
    SigningKeyInUse,
    SigningKeyMissing,
    SigningKeyTaken,
)
from finance.signing.events import (
    SigningKeyActivated,
    SigningKeyExpired,
    SigningKeyRegistered,
    SigningKeyRevoked,
    SigningKeySucceeded,
)
from finance.signing.keeping import (
    Custody,
    Shown,
    activate_key,
    expire_keys,
    held_key,
    make_key,
    register_key,
    revoke_key,
    sign_held,
    succeed_key,
)
from finance.signing.model import Holder, KeyState, SigningKey
from finance.signing.repository import get_key, list_keys

__all__ = [
    "Custody",
    "Holder",
    "KeyState",
    "OwnSigningKey",
    "Shown",
    "SigningKey",
    "SigningKeyActivated",
    "SigningKeyEnded",
    "SigningKeyExpired",
    "SigningKeyInUse",
    "SigningKeyMissing",
    "SigningKeyRegistered",
    "SigningKeyRevoked",
    "SigningKeySucceeded",
    "SigningKeyTaken",
    "activate_key",
    "expire_keys",
    "get_key",
    "held_key",
    "list_keys",
    "make_key",
    "register_key",
    "revoke_key",
    "sign_held",
    "succeed_key",
]
