"""Write values in one way only, so that the same fact always has the same hash.

Restricted RFC 8785 JSON: objects with plain ASCII keys, lists, strings in NFC, true,
false, null and small whole numbers. Money, rates and large numbers are strings. Within
this profile sorted ``json`` output is the canonical form, byte for byte.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ledger.money import Money

INTEGER_LIMIT = 2**31
SALT_BYTES = 32
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def canonical(value: Any) -> bytes:
    """Return the one canonical form of a plain value, in UTF-8."""
    return _ENCODER.encode(value).encode()


def quoted(text: str) -> str:
    """Return the canonical form of one string."""
    return _ENCODER.encode(text)


def instant_text(instant: datetime) -> str:
    """Write an instant in UTC with exactly six decimals: what the database keeps."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return instant.isoformat(timespec="microseconds")[:-6] + "Z"


def plain(value: object) -> Any:
    """Turn a value into restricted JSON; a float or a stranger raises ``TypeError``."""
    if isinstance(value, str):
        return _text(value.value if isinstance(value, StrEnum) else value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -INTEGER_LIMIT < value < INTEGER_LIMIT else str(value)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return _plain_rarer(value)


def _plain_rarer(value: object) -> Any:
    match value:
        case Money(minor, currency):
            return {"minor": str(minor), "currency": currency.value}
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {_key(key): plain(part) for key, part in value.items()}
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a record")


def _text(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _key(key: object) -> str:
    text = str(key)
    if not _KEY.fullmatch(text):
        raise TypeError("a key in a record is 1 to 64 plain ASCII characters")
    return text


def commitment(field: str, salt: bytes, value: Any) -> str:
    """Commit to a personal value: tells nothing without the salt, binds the field.

    SHA-256 over ``commit/v1``, 0x00, the field's name, 0x00, the salt's length in one
    byte, the salt, and the canonical value; shown in hex.
    """
    head = b"commit/v1\0" + field.encode("ascii") + b"\0"
    parts = head + bytes([len(salt)]) + salt + canonical(value)
    return hashlib.sha256(parts).hexdigest()
