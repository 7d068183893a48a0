"""What addresses and forms of pages carry: ids, short texts, chosen values."""

from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Form

from api.wire import IdText

MAX_TYPED = 200
MAX_REASON = 500

OfferRef = Annotated[str, IdText("offer")]
PledgeRef = Annotated[str, IdText("plg")]
LoanRef = Annotated[str, IdText("loan")]
ApplicationRef = Annotated[str, IdText("app")]
Text = Annotated[str, Form(max_length=MAX_TYPED)]
Reason = Annotated[str, Form(min_length=1, max_length=MAX_REASON)]

Choice = TypeVar("Choice", bound=StrEnum)


def one_of(kind: type[Choice], text: str) -> Choice | None:
    """Return the chosen value of a closed set; anything else chooses nothing."""
    return kind(text) if text in set(kind) else None
