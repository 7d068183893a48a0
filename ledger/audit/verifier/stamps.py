"""Read time-stamp tokens (RFC 3161): which bytes they are of, and the time they name.

Their signatures need X.509, which the standard library does not have: what is said here
is that a token names a head, never that an authority signed it.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.audit.verifier.answers import Tampered, Undecided, require
from ledger.audit.verifier.files import NOTE_BYTES, Export
from ledger.audit.verifier.signatures import Head

STAMPED = re.compile(r"timestamps/([1-9][0-9]{0,18})\.(checkpoint|tsr)", re.ASCII)
SHA256 = bytes.fromhex("0609608648016503040201")
TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z", re.ASCII)
SEQUENCE, OCTETS, TIME_TAG = 0x30, 0x04, 0x18
LONG, MOST_LENGTH_BYTES = 0x80, 4


class Token(NamedTuple):
    """The SHA-256 of what was stamped, and the time the token names."""

    digest: bytes
    time: str

    @classmethod
    def read(cls, response: bytes) -> "Token":
        """Read a whole TimeStampResp; ValueError when it is none."""
        status, content = _parts(_only(response, SEQUENCE))
        granted = next(_items(status[1]))[1]
        if granted not in {b"\0", b"\1"}:
            raise ValueError("the authority refused")
        _, explicit = _parts(content[1])
        signed = _only(explicit[1], SEQUENCE)
        _, _, inner, *_ = _parts(signed)
        _, held = _parts(inner[1])
        stated = _only(_only(held[1], OCTETS), SEQUENCE)
        _, _, imprint, _, at, *_ = _parts(stated)
        algorithm, digest = _parts(imprint[1])
        found = TIME.fullmatch(at[1]) if at[0] == TIME_TAG else None
        is_sha256 = algorithm[1][: len(SHA256)] == SHA256 and digest[0] == OCTETS
        if not found or not is_sha256 or len(digest[1]) != hashlib.sha256().digest_size:
            raise ValueError("it names no SHA-256, or no time")
        year, month, day, hour, minute, second = (
            part.decode() for part in found.groups()
        )
        return cls(digest[1], f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")


def _items(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut DER into tags and contents."""
    at = 0
    while at < len(raw):
        tag, size, start = raw[at], raw[at + 1 : at + 2], at + 2
        length = size[0] if size else LONG
        if length & LONG:
            width = length ^ LONG
            if not 0 < width <= MOST_LENGTH_BYTES:
                raise ValueError("a length is malformed")
            start += width
            length = int.from_bytes(raw[at + 2 : start], "big")
        at = start + length
        if at > len(raw):
            raise ValueError("it is cut short")
        yield tag, raw[start:at]


def _parts(raw: bytes) -> list[tuple[int, bytes]]:
    return list(_items(raw))


def _only(raw: bytes, tag: int) -> bytes:
    ((found, content),) = _items(raw)
    if found != tag:
        raise ValueError("it is no time-stamp response")
    return content


class Stamps(NamedTuple):
    """The heads of an export's stamped notes, their SHA-256, and what each token names."""

    heads: list[Head]
    digests: set[bytes]
    times: list[str]

    def __str__(self) -> str:
        if not self.times:
            return "no time-stamp tokens"
        span = f"{min(self.times)} to {max(self.times)}"
        return (
            f"{len(self.times)} tokens name stamped heads, {span}; their signatures are"
            " NOT CHECKED HERE: openssl ts -verify -in timestamps/N.tsr"
            " -data timestamps/N.checkpoint -CAfile ROOTS_YOU_WERE_GIVEN"
        )


def read_stamps(export: Export) -> Stamps:
    """Read the stamped notes and tokens of an export; each token must name its note."""
    stamps = Stamps([], set(), [])
    paths = sorted(path for path in export.sizes if STAMPED.fullmatch(path))
    for path in paths:
        if not path.endswith(".tsr"):
            require(
                f"{path.removesuffix('.checkpoint')}.tsr" in paths, path, "has no token"
            )
            continue
        stem = path.removesuffix(".tsr")
        note = export.read(f"{stem}.checkpoint", NOTE_BYTES)
        token = _token(path, export.read(path, NOTE_BYTES))
        digest = hashlib.sha256(note).digest()
        require(token.digest == digest, path, "is of something else than its head")
        try:
            head = Head.parse(note.decode().partition("\n\n")[0] + "\n")
        except ValueError:
            raise Tampered(f"{stem}.checkpoint", "is no head") from None
        require(stem.endswith(f"/{head.size}"), path, "is of a head of another size")
        stamps.heads.append(head)
        stamps.digests.add(digest)
        stamps.times.append(token.time)
    return stamps


def _token(path: str, raw: bytes) -> Token:
    try:
        return Token.read(raw)
    except (ValueError, StopIteration) as error:
        raise Tampered(path, f"is no time-stamp token: {error}") from None


def check_token(
    raw: bytes, export: Export, notes: Sequence[str], stamps: Stamps | None
) -> str:
    """Find the head that a token the caller kept is of; it must be among those shown."""
    try:
        token = Token.read(raw)
    except (ValueError, StopIteration) as error:
        raise Undecided(f"it cannot be used: {error}") from None
    heads = [export.read("checkpoint", NOTE_BYTES), *(note.encode() for note in notes)]
    shown = {hashlib.sha256(head).digest() for head in heads}
    shown |= stamps.digests if stamps else set()
    told = f"is of a head of {token.time} that is not shown"
    require(token.digest in shown, "the token you kept", told)
    return f"is of a head shown here, {token.time}; its signature is NOT CHECKED HERE"
