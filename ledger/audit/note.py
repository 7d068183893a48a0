"""Write and read signed heads: C2SP signed-note with a tlog-checkpoint as its text."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

ED25519 = b"\x01"
KEY_ID_BYTES = 4
SIZE_LIMIT = 2**63
_DASH = "\u2014 "


class NoteRefused(ValueError):  # noqa: N818 - a refusal, as in ledger.errors
    """The text is no note, or no signature on it is by the key asked for."""


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: whose, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Read the three lines back; anything else is refused."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:  # noqa: PLR2004 - three lines
            raise NoteRefused("a checkpoint is origin, size and root, a line each")
        origin, size, root, _ = lines
        return cls(origin, read_size(size), unbase64(root))


def read_size(text: str) -> int:
    """Read a tree's size: ASCII digits, no leading zero, below 2^63."""
    is_short = len(text) <= len(str(SIZE_LIMIT))
    if not (is_short and text.isascii() and text.isdigit()) or text != str(int(text)):
        raise NoteRefused("the size of a checkpoint is a whole number")
    if int(text) >= SIZE_LIMIT:
        raise NoteRefused("no log is that large")
    return int(text)


@dataclass(frozen=True)
class NoteKey:
    """A public key that signs notes, with the name it signs under.

    ``kind`` is the type byte: what is signed, and how, is part of the key's identity.
    """

    kind: ClassVar[bytes]
    length: ClassVar[int] = 32

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, type and key."""
        named = self.name.encode() + b"\n" + self.kind + self.public
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64_of(self.kind + self.public)}"

    @classmethod
    def read(cls, vkey: str) -> Self:
        """Read a verifier key: name, key id in hex, base64 of type and key."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        material = unbase64(encoded)
        key = cls(name, material[1:])
        if material[:1] != cls.kind or len(key.public) != cls.length:
            raise NoteRefused("this is no verifier key of the type asked for")
        if not is_name(name) or key.id.hex() != key_id:
            raise NoteRefused("the key id does not belong to this name and key")
        return key

    def line(self, signature: bytes) -> str:
        """Return the line of a note that carries a signature of this key."""
        return f"{_DASH}{self.name} {base64_of(self.id + signature)}\n"

    def is_signed(self, message: bytes, signature: bytes) -> bool:
        """Tell whether this is the key's signature of a message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class LogKey(NoteKey):
    """The public key of a log; its name is the log's origin."""

    kind = ED25519


@dataclass(frozen=True)
class Signer:
    """A log's signing key; its name is the origin of the log.

    ``second`` writes one more line under each head, by a key of another kind.
    """

    name: str
    private: Ed25519PrivateKey
    second: "Callable[[Checkpoint, datetime], str] | None" = None

    @property
    def key(self) -> LogKey:
        """The public half, to be given to verifiers."""
        return LogKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint, at: datetime | None = None) -> str:
        """Return the signed note of a head; ``at`` is for a second line."""
        text = checkpoint.text()
        also = self.second(checkpoint, at) if self.second and at else ""
        return f"{text}\n{self.key.line(self.private.sign(text.encode()))}{also}"


class Signature(NamedTuple):
    """A line under a note: the name and id of the key it claims, and what it signed."""

    name: str
    key_id: bytes
    signed: bytes


@dataclass(frozen=True)
class Note:
    """A text and the lines under it, by whomever they are."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, note: str) -> "Note":
        """Split a note; what is none is refused, what signs it is not judged."""
        text, gap, block = note.rpartition("\n\n")
        lines = block.split("\n")
        if not gap or len(lines) < 2 or lines[-1]:  # noqa: PLR2004 - a line and the end
            raise NoteRefused("a note is a text, an empty line and signature lines")
        if any(ord(letter) < ord(" ") and letter != "\n" for letter in note):
            raise NoteRefused("a note holds no control characters")
        return cls(text + "\n", tuple(map(read_signature, lines[:-1])))

    def by(self, key: NoteKey) -> Iterator[bytes]:
        """Yield what lines under the key's name and id carry; others are skipped."""
        for name, key_id, signed in self.signatures:
            if (name, key_id) == (key.name, key.id):
                yield signed


def open_note(note: str, key: LogKey) -> str:
    """Return the text of a note signed by the key; other keys' lines are skipped."""
    read = Note.read(note)
    mine = list(read.by(key))
    if len(mine) != 1:
        raise NoteRefused(f"the note has {len(mine)} signatures of this key, not one")
    if not key.is_signed(read.text.encode(), mine[0]):
        raise NoteRefused("the signature does not fit the note")
    return read.text


def read_signature(line: str) -> Signature:
    """Read a line under a note: a dash, a name, and base64 of key id and signature."""
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    signature = unbase64(encoded)
    if not line.startswith(_DASH) or not gap or not is_name(name):
        raise NoteRefused("a signature line is a dash, a name and base64")
    if len(signature) <= KEY_ID_BYTES:
        raise NoteRefused("a signature is longer than its key id")
    return Signature(name, signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:])


def is_name(name: str) -> bool:
    """Tell whether a key may be called so: no spaces, no plus sign."""
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def base64_of(content: bytes) -> str:
    """Write bytes as standard base64."""
    return base64.b64encode(content).decode("ascii")


def unbase64(encoded: str) -> bytes:
    """Read base64 in its one form."""
    try:
        content = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteRefused("this is not base64") from error
    if base64_of(content) != encoded:
        raise NoteRefused("this is not the one base64 form of its bytes")
    return content
