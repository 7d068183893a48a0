"""Check signed heads: Ed25519, C2SP signed-note and tlog-checkpoint."""

import base64
import hashlib
from typing import NamedTuple

HASH_BYTES = 32
KEY_BYTES = 32
SIGNATURE_BYTES = 64
OF_LOG, OF_WITNESS = b"\x01", b"\x04"

# Ed25519 (RFC 8032), for checking only; points are affine pairs.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def _add(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    twist = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + twist, -1, P)
    return x % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - twist, -1, P) % P


def _times(scalar: int, point: tuple[int, int]) -> tuple[int, int]:
    total = (0, 1)
    for bit in f"{scalar:b}":
        total = _add(total, total)
        total = _add(total, point) if bit == "1" else total
    return total


def _point(packed: bytes) -> tuple[int, int]:
    sign, y = divmod(int.from_bytes(packed, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        raise ValueError("a point is not on the curve")
    return (x if x & 1 == sign else P - x), y


BASE = _point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signed(public: bytes, text: bytes, signature: bytes) -> bool:
    """Check an Ed25519 signature; ValueError when a point is malformed."""
    commit, scalar = signature[:32], int.from_bytes(signature[32:], "little")
    digest = hashlib.sha512(commit + public + text).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    right = _add(_point(commit), _times(challenge, _point(public)))
    is_one = len(signature) == SIGNATURE_BYTES and scalar < ORDER
    return is_one and _times(scalar, BASE) == right


class Key(NamedTuple):
    """A signer's name, the four bytes that mark its lines, and its public key."""

    name: str
    id: bytes
    public: bytes

    def __str__(self) -> str:
        return f"{self.name!a} {self.id.hex()}"

    @classmethod
    def read(cls, vkey: str, kind: bytes = OF_LOG) -> "Key":
        """Read a C2SP verifier key of a type; ValueError when it is none."""
        name, key_id, encoded = vkey.strip().split("+", 2)
        material = _unbase64(encoded)
        marked = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        is_ed25519 = material[:1] == kind and len(material) == 1 + KEY_BYTES
        if not name or not is_ed25519 or marked.hex() != key_id:
            raise ValueError("it is no Ed25519 verifier key of that type")
        return cls(name, marked, material[1:])


class Note(NamedTuple):
    """A signed note: its text, and name and content of each line under it."""

    text: str
    marks: list[tuple[str, bytes]]

    @classmethod
    def read(cls, note: str) -> "Note":
        """Split a C2SP signed note; ValueError when it is none."""
        text, _, block = note.rpartition("\n\n")
        *lines, end = block.split("\n")
        if end or any(ord(letter) < ord(" ") for letter in note.replace("\n", "")):
            raise ValueError("it is no signed note")
        marks = [(name, _unbase64(mark)) for _, name, mark in map(_words, lines)]
        return cls(f"{text}\n", marks)

    def lines_of(self, key: Key) -> list[bytes]:
        """Return what the lines of a key carry; those of other keys are skipped."""
        return [mark[4:] for name, mark in self.marks if (name, mark[:4]) == key[:2]]


class Head(NamedTuple):
    """The signed head of a log."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.size} entries of {self.origin!a}, root {self.root.hex()}"

    @classmethod
    def read(cls, note: str, key: Key) -> "Head":
        """Open a C2SP checkpoint by a key; ValueError when it is not signed by it."""
        text, _ = signed = Note.read(note)
        mine = signed.lines_of(key)
        if len(mine) != 1 or not is_signed(key.public, text.encode(), *mine):
            raise ValueError("it does not carry one right signature of the key")
        head = cls.parse(text)
        if head.origin != key.name:
            raise ValueError("its origin is not the key's name")
        return head

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read the three lines of a head; ValueError when they are none."""
        origin, size, root, end = text.split("\n")
        head = cls(origin, int(size), _unbase64(root))
        if str(head.size) != size or head.size < 1 or end:
            raise ValueError("its size is malformed")
        return head


def _words(line: str) -> list[str]:
    words = line.split(" ")
    if words[0] != "\u2014" or len(words) != len(("dash", "name", "signature")):
        raise ValueError("a signature line is malformed")
    return words


def _unbase64(text: str) -> bytes:
    content = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError("base64 is malformed")
    return content
