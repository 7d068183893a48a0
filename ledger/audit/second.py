"""The log's second line: ML-DSA-44 (FIPS 204), which no quantum computer is known to break.

C2SP tlog-cosignature, type 0x06: the log cosigns its own head. Who does not know the type
skips the line, so the first, Ed25519, stays what every verifier checks.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
)

from ledger.audit.keys import read_or_make_secret
from ledger.audit.note import Checkpoint, Note, NoteKey, NoteRefused
from ledger.errors import Unavailable

_HEAD: Final = "tonle-log-mldsa44-key/v1"
_LABEL: Final = b"subtree/v1\n\0"
_TIME_BYTES: Final = 8
_SIGNED_BYTES: Final = _TIME_BYTES + 2420


class SecondKey(NoteKey):
    """The public key of a log's second line; its name is the log's origin."""

    kind = b"\x06"
    length = 1312

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether this is the key's signature of a message."""
        try:
            MLDSA44PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SecondSigner:
    """What writes the second line under the heads of a log."""

    name: str
    private: MLDSA44PrivateKey

    @property
    def key(self) -> SecondKey:
        """The public half, to be given to verifiers."""
        return SecondKey(self.name, self.private.public_key().public_bytes_raw())

    def line(self, head: Checkpoint, at: datetime) -> str:
        """Return the line that says a head was the log's largest at an instant."""
        time = int(at.timestamp())
        signature = self.private.sign(_message(self.name, head, time))
        return self.key.line(time.to_bytes(_TIME_BYTES, "big") + signature)


def load_or_create_second(path: Path, origin: str) -> SecondSigner:
    """Read the second key of a file, or make one there when there is none.

    The file holds one line: ``tonle-log-mldsa44-key/v1``, the origin, and the seed of 32
    bytes in hex.

    Raises:
        Unavailable: The file is not a key of this origin, or others can read it.
    """
    seed = read_or_make_secret(
        path,
        _HEAD,
        origin,
        make=lambda: MLDSA44PrivateKey.generate().private_bytes_raw(),
    )
    try:
        return SecondSigner(origin, MLDSA44PrivateKey.from_seed_bytes(seed))
    except ValueError as error:
        raise Unavailable("the log key file is damaged; restore it") from error


def check_second(note: str, key: SecondKey) -> datetime:
    """Return when the second line under a head was written; to the second.

    Raises:
        NoteRefused: It is missing, there twice, or not the key's signature of the head.
    """
    read = Note.read(note)
    head, lines = Checkpoint.read(read.text), list(read.by(key))
    if len(lines) != 1 or len(lines[0]) != _SIGNED_BYTES:
        raise NoteRefused(f"the note has {len(lines)} whole lines of this key, not one")
    time = int.from_bytes(lines[0][:_TIME_BYTES], "big")
    if not key.is_signed(_message(key.name, head, time), lines[0][_TIME_BYTES:]):
        raise NoteRefused("the second line does not fit the head")
    try:
        return datetime.fromtimestamp(time, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NoteRefused("the second line is from no time") from error


def _message(cosigner: str, head: Checkpoint, time: int) -> bytes:
    """Lay out ``cosigned_message`` of a whole tree; RFC 8446, section 3, has the forms."""
    names = [name.encode() for name in (cosigner, head.origin)]
    by, of = [bytes([len(name)]) + name for name in names]
    span = bytes(8) + head.size.to_bytes(8, "big")
    return _LABEL + by + time.to_bytes(_TIME_BYTES, "big") + of + span + head.root
