"""Write and read signed heads: C2SP signed-note with a tlog-checkpoint as its text."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

ED25519 = b"\x01"
KEY_ID_BYTES = 4
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
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Read the three lines back; anything else is refused."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:  # noqa: PLR2004 - three lines
            raise NoteRefused("a checkpoint is origin, size and root, a line each")
        origin, size, root, _ = lines
        if not size.isascii() or not size.isdigit() or size != str(int(size)):
            raise NoteRefused("the size of a checkpoint is a whole number")
        return cls(origin, int(size), _unbase64(root))


@dataclass(frozen=True)
class LogKey:
    """The public key of a log, with the name it signs under."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, type and key."""
        named = self.name.encode() + b"\n" + ED25519 + self.public
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_base64(ED25519 + self.public)}"

    @classmethod
    def read(cls, vkey: str) -> "LogKey":
        """Read a verifier key: name, key id in hex, base64 of type and key."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        material = _unbase64(encoded)
        key = cls(name, material[1:])
        if material[:1] != ED25519 or len(key.public) != 32:  # noqa: PLR2004 - RFC 8032
            raise NoteRefused("this is not an Ed25519 verifier key")
        if not is_name(name) or key.id.hex() != key_id:
            raise NoteRefused("the key id does not belong to this name and key")
        return key


@dataclass(frozen=True)
class Signer:
    """A log's signing key; its name is the origin of the log."""

    name: str
    private: Ed25519PrivateKey

    @property
    def key(self) -> LogKey:
        """The public half, to be given to verifiers."""
        return LogKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the signed note of a head."""
        text = checkpoint.text()
        signature = self.key.id + self.private.sign(text.encode())
        return f"{text}\n{_DASH}{self.name} {_base64(signature)}\n"


def open_note(note: str, key: LogKey) -> str:
    """Return the text of a note signed by the key; other keys' lines are skipped."""
    text, signatures = _split(note)
    mine = [
        signature[KEY_ID_BYTES:]
        for name, signature in signatures
        if name == key.name and signature[:KEY_ID_BYTES] == key.id
    ]
    if len(mine) != 1:
        raise NoteRefused(f"the note has {len(mine)} signatures of this key, not one")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(mine[0], text.encode())
    except InvalidSignature as error:
        raise NoteRefused("the signature does not fit the note") from error
    return text


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    text, gap, block = note.rpartition("\n\n")
    lines = block.split("\n")
    if not gap or len(lines) < 2 or lines[-1]:  # noqa: PLR2004 - a line and the end
        raise NoteRefused("a note is a text, an empty line and signature lines")
    if any(ord(letter) < ord(" ") and letter != "\n" for letter in note):
        raise NoteRefused("a note holds no control characters")
    return text + "\n", [_signature(line) for line in lines[:-1]]


def _signature(line: str) -> tuple[str, bytes]:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    signature = _unbase64(encoded)
    if not line.startswith(_DASH) or not gap or not is_name(name):
        raise NoteRefused("a signature line is a dash, a name and base64")
    if len(signature) <= KEY_ID_BYTES:
        raise NoteRefused("a signature is longer than its key id")
    return name, signature


def is_name(name: str) -> bool:
    """Tell whether a key may be called so: no spaces, no plus sign."""
    return bool(name) and "+" not in name and not any(map(str.isspace, name))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _unbase64(encoded: str) -> bytes:
    try:
        content = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteRefused("this is not base64") from error
    if _base64(content) != encoded:
        raise NoteRefused("this is not the one base64 form of its bytes")
    return content
