"""Make ids a person can read and a database can sort: prefix and UUIDv7.

Format: RFC 9562 section 5.7, with the 12 bits after the millisecond used as a
counter within one process (method 1), shown as ``prefix_`` and 26 characters of
Crockford's base 32.
"""

import re
import secrets
import threading
import uuid
from datetime import datetime
from typing import Any, NewType

from sqlalchemy import Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from ledger.errors import Invalid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SHAPE = re.compile(f"[0-7][{_ALPHABET}]{{25}}", re.ASCII)
# Python reads base 32 itself, in C, once the letters are its own.
_PYTHON = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_LOW_BITS = 60
_COUNTER_BITS = 12
_COUNTER_MASK = (1 << _COUNTER_BITS) - 1
_TAIL_BITS = 62
_TAIL_MASK = (1 << _TAIL_BITS) - 1
_CHANCE_BITS = 8 + _TAIL_BITS  # where a millisecond's count begins, and the tail

EventId = NewType("EventId", str)
AccountId = NewType("AccountId", str)
EntryId = NewType("EntryId", str)
PartyId = NewType("PartyId", str)


class IdMalformed(Invalid, DontWrapMixin):
    """The text is not an id of the kind asked for."""

    code = "id_malformed"
    message = "This is no {prefix} id. Copy the id as it was given."


class _Counter:
    """Orders ids made in the same millisecond by one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self, milliseconds: int, start: int) -> int:
        """Return a 60-bit stamp that is above the one before.

        A millisecond's count begins at ``start``, so that it tells nothing.
        """
        with self._lock:
            stamp = milliseconds << _COUNTER_BITS | start
            self._last = max(stamp, self._last + 1)
            return self._last


_counter = _Counter()


def new_uuid(now: datetime) -> uuid.UUID:
    """Make a UUIDv7 for an instant, later than every one made before it here."""
    return uuid.UUID(int=_new_number(now))


def _new_number(now: datetime) -> int:
    milliseconds = int(now.timestamp() * 1000)
    chance = secrets.randbits(_CHANCE_BITS)
    stamp = _counter.next(milliseconds, chance >> _TAIL_BITS)
    high, low = stamp >> _COUNTER_BITS, stamp & _COUNTER_MASK
    return high << 80 | 0x7 << 76 | low << 64 | 0b10 << 62 | chance & _TAIL_MASK


def new_id(prefix: str, now: datetime) -> str:
    """Make an id such as ``loan_01m81qdgpke42833...`` for an instant."""
    return show_number(prefix, _new_number(now))


def show_id(prefix: str, value: uuid.UUID) -> str:
    """Write a UUID with its prefix and 26 base-32 characters."""
    return show_number(prefix, value.int)


def show_number(prefix: str, number: int) -> str:
    """Write the number that a UUID stands for as ``show_id`` writes the UUID."""
    # Numbers of one machine word are the quicker.
    two, high, low = _PAIRS, number >> _LOW_BITS, number & (1 << _LOW_BITS) - 1
    return (
        f"{prefix}_{two[high >> 60]}{two[high >> 50 & 1023]}{two[high >> 40 & 1023]}"
        f"{two[high >> 30 & 1023]}{two[high >> 20 & 1023]}{two[high >> 10 & 1023]}"
        f"{two[high & 1023]}{two[low >> 50]}{two[low >> 40 & 1023]}"
        f"{two[low >> 30 & 1023]}{two[low >> 20 & 1023]}{two[low >> 10 & 1023]}"
        f"{two[low & 1023]}"
    )


def read_id(prefix: str, text: str) -> uuid.UUID:
    """Read an id back to its UUID; raise ``IdMalformed`` for anything else."""
    return uuid.UUID(int=read_number(prefix, text))


def read_number(prefix: str, text: str) -> int:
    """Read an id back to the number its UUID stands for."""
    head, _, tail = text.partition("_")
    if head != prefix or not _SHAPE.fullmatch(tail):
        raise IdMalformed(prefix=prefix)
    return int(tail.translate(_PYTHON), 32)


class IdType(TypeDecorator[str]):
    """A column of 16 bytes that is shown and read as a prefixed id."""

    impl = Uuid
    cache_ok = True

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        """Turn a shown id into the stored UUID."""
        _ = dialect
        return None if value is None else read_id(self.prefix, value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Turn the stored UUID into the shown id."""
        _ = dialect
        return None if value is None else show_id(self.prefix, value)
