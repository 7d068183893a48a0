"""Read JSON that must be in its one canonical form."""

import json
import unicodedata
from typing import Any

from ledger.audit.verifier.answers import Tampered, require

NUMBER_LIMIT = 2**53


def _whole(text: str) -> int:
    if len(text) > len("-9007199254740991") or abs(int(text)) >= NUMBER_LIMIT:
        raise ValueError("a number is beyond 2^53")
    return int(text)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(key.isascii() and _is_plain(part) for key, part in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, str) or unicodedata.is_normalized("NFC", value)


def fits(value: Any, shape: dict[str, type]) -> bool:
    """Tell whether an object has exactly these fields, of these types."""
    return type(value) is dict and {key: type(value[key]) for key in value} == shape


ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
DECODER = json.JSONDecoder(parse_int=_whole, parse_float=_whole, parse_constant=_whole)


def canonical(value: object) -> bytes:
    """Return the canonical form: RFC 8785 for values without fractions."""
    return ENCODER.encode(value).encode()


def read_canonical(raw: bytes, place: str) -> Any:
    """Read JSON that must be in its one canonical form."""
    try:
        value = DECODER.decode(raw.decode())
        require(canonical(value) == raw, place, "is not in canonical form")
        is_plain = raw.isascii() or _is_plain(value)
    except (ValueError, RecursionError):
        raise Tampered(place, "is not JSON of text and whole numbers") from None
    require(is_plain, place, "has text that is not in NFC")
    return value
