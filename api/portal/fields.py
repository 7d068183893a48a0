"""What forms of pages carry: short texts, chosen values."""

from collections.abc import Collection
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Form

from api.portal.errors import FormMalformed

MAX_TYPED = 200
MAX_REASON = 500

Text = Annotated[str, Form(max_length=MAX_TYPED)]
Hex = Annotated[str, Form(max_length=MAX_TYPED, pattern="^[0-9a-f]*$")]
Reason = Annotated[str, Form(min_length=1, max_length=MAX_REASON)]

Choice = TypeVar("Choice", bound=StrEnum)


def one_of(kind: type[Choice], text: str) -> Choice | None:
    """Return the chosen value of a closed set; anything else chooses nothing."""
    return kind(text) if text in set(kind) else None


def choose(
    kind: type[Choice], text: str, *, among: Collection[Choice] | None = None
) -> Choice:
    """Return the chosen value of those a form offers: all of a closed set, or some."""
    chosen = one_of(kind, text)
    if chosen is None or (among is not None and chosen not in among):
        raise FormMalformed
    return chosen


def read_hex(text: str) -> bytes:
    """Read bytes that a script wrote into a form."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise FormMalformed from None
