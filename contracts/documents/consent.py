"""The sentence people agree to beside a button, in both languages, and its hash."""

import hashlib
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from ledger.canonical import canonical

_WORDS: Final = Path(__file__).parent / "templates" / "words.toml"


class Consent(StrEnum):
    """What somebody consents to."""

    AGREEMENT = "agreement"
    PLEDGE = "pledge"


@cache
def consent(to: Consent) -> Mapping[str, str]:
    """Return the sentence in each language, as pages and documents show it."""
    words = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    said: dict[str, str] = words[f"consent_{to}"]
    return said


def consent_sha256(said: Mapping[str, str]) -> str:
    """Return the SHA-256, in hexadecimal, of a sentence in all its languages."""
    return hashlib.sha256(canonical(dict(said))).hexdigest()
