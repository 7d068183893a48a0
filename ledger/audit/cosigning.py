"""Write and check what a witness signs: C2SP tlog-cosignature, ``cosignature/v1``.

A cosignature says that at its time the head was the largest the witness had seen of the
log, and that it had only grown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit.note import Note, NoteKey, NoteRefused

AHEAD = timedelta(seconds=30)
"""How far a witness's clock may be ahead of ours."""

_TIME_BYTES = 8
_SIGNED_BYTES = _TIME_BYTES + 64
_TIME_LIMIT = 2**63


class WitnessKey(NoteKey):
    """The public key of a witness."""

    kind = b"\x04"


@dataclass(frozen=True)
class Cosigner:
    """A witness's signing key, and the name it signs under."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> WitnessKey:
        """The public half, to be given to logs and verifiers."""
        return WitnessKey(self.name, self.private.public_key().public_bytes_raw())

    def cosign(self, text: str, at: datetime) -> str:
        """Return the signature line for the text of a checkpoint."""
        time = int(at.timestamp())
        signature = self.private.sign(_message(time, text))
        return self.key.line(time.to_bytes(_TIME_BYTES, "big") + signature)


@dataclass(frozen=True)
class Cosignature:
    """A right cosignature: whose, when it was given, and its line under the note."""

    key: WitnessKey
    at: datetime
    line: str


def read_cosignatures(
    note: Note, keys: Collection[WitnessKey], now: datetime
) -> Sequence[Cosignature]:
    """Return the right cosignatures of known witnesses, at most one of each.

    Lines of other keys are skipped, and so is one from further ahead than ``AHEAD``.

    Raises:
        NoteRefused: A witness's line is wrong or is there twice.
    """
    found = []
    for key in keys:
        lines = list(note.by(key))
        if len(lines) > 1:
            raise NoteRefused(f"{key.name} signed {len(lines)} times, not once")
        if lines:
            at = _time_of(lines[0], key, note.text)
            found.append(Cosignature(key, at, key.line(lines[0])))
    return [one for one in found if one.at <= now + AHEAD]


def _time_of(signed: bytes, key: WitnessKey, text: str) -> datetime:
    time, signature = int.from_bytes(signed[:_TIME_BYTES], "big"), signed[_TIME_BYTES:]
    if len(signed) != _SIGNED_BYTES or not 0 < time < _TIME_LIMIT:
        raise NoteRefused(f"the line of {key.name} is no timed signature")
    if not key.is_signed(_message(time, text), signature):
        raise NoteRefused(f"the cosignature of {key.name} does not fit the head")
    try:
        return datetime.fromtimestamp(time, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.max.replace(tzinfo=UTC)


def _message(time: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
