"""Erase what is known of somebody, when two people agree and the law lets it go."""

from finance.erasure.errors import ErasureTooEarly
from finance.erasure.events import PersonErased
from finance.erasure.service import (
    Erased,
    approve_erasure,
    decline_erasure,
    propose_erasure,
)

__all__ = [
    "Erased",
    "ErasureTooEarly",
    "PersonErased",
    "approve_erasure",
    "decline_erasure",
    "propose_erasure",
]
