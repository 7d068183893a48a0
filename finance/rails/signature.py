"""Prove that a webhook comes from the provider: HMAC-SHA256 over its raw bytes."""

import hashlib
import hmac
from typing import ClassVar

from ledger.errors import Refusal


class SignatureWrong(Refusal):
    """The signature is missing, old or of other bytes; nothing is stored."""

    kind: ClassVar[str] = "malformed"
    code = "webhook_signature_wrong"
    message = "The signature does not fit the body. Sign the raw bytes with the secret."


class WebhookUnreadable(Refusal):
    """The provider signed something we cannot read."""

    kind: ClassVar[str] = "malformed"
    code = "webhook_unreadable"
    message = "The event cannot be read. Send it as the provider's documents say."


def sign(secret: bytes, body: bytes) -> str:
    """Return the hexadecimal signature of a body."""
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def verify(secret: bytes, body: bytes, signature: str) -> None:
    """Refuse a body whose signature is not the secret's; in constant time."""
    given = signature.encode("utf-8", "replace")
    if not hmac.compare_digest(sign(secret, body).encode(), given):
        raise SignatureWrong
