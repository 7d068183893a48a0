"""Sign as a member of a group: the head this witness cosigned last, at a common second."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from contracts import bls, quorum
from ledger import private_files
from ledger.audit import Checkpoint, NoteRefused, witness
from ledger.errors import Unavailable

GROUP_KEY: Final = "witness.bls"
REQUEST_BYTES: Final = 4 * 1024
NAME_BYTES: Final = 255
_HEAD: Final = "tonle-witness-bls/v1"
_LINES: Final = 6
_TIME_DIGITS: Final = 12


@dataclass(frozen=True)
class Member:
    """A witness's BLS key; only the owner of its file can read it."""

    secret: int

    @property
    def public(self) -> bytes:
        """The key for the group's file."""
        return bls.SUITE.public_key(self.secret)

    @property
    def proof(self) -> bytes:
        """The proof that one has the secret, without which no group takes the key."""
        return bls.SUITE.prove(self.secret)

    def answer(self, one: witness.Witness, body: bytes) -> witness.Answer:
        """Sign what is asked: a group's name, a time, and the three lines of a head."""
        try:
            group, at, head = _read(body)
        except (NoteRefused, ValueError, OverflowError, OSError):
            return witness.Answer(400, "a group, a time and a head are asked for\n")
        seen = one.store.get(head.origin)
        if seen.size == 0 or (seen.size, seen.root) != (head.size, head.root):
            return witness.Answer(409, f"{seen.size}\n", witness.SIZE)
        if abs(one.clock.now() - at) > quorum.SKEW:
            return witness.Answer(422, "the time is too far from this clock\n")
        signature = bls.SUITE.sign(self.secret, quorum.message(group, head, at))
        return witness.Answer(200, f"{signature.hex()}\n")


def ask(group: str, at: datetime, head: Checkpoint) -> bytes:
    """Return the request that ``Member.answer`` reads."""
    return f"{group}\n{int(at.timestamp())}\n{head.text()}".encode()


def _read(body: bytes) -> tuple[str, datetime, Checkpoint]:
    lines = body.decode().split("\n")
    if len(lines) != _LINES or len(body) > REQUEST_BYTES:
        raise ValueError("a request has five lines")
    group, time, *head = lines
    is_number = time.isascii() and time.isdigit() and len(time) <= _TIME_DIGITS
    if not is_number or not 0 < len(group.encode()) <= NAME_BYTES:
        raise ValueError("a group has a name, a time is a number")
    at = datetime.fromtimestamp(int(time), UTC)
    return group, at, Checkpoint.read("\n".join(head))


def make_member(folder: Path) -> Member:
    """Make a witness's BLS key; one that is there is left as it is."""
    private_files.read_or_make(folder / GROUP_KEY, _new_line)
    return load_member(folder)


def find_member(folder: Path) -> Member | None:
    """Find a witness's BLS key; a witness may have none."""
    return load_member(folder) if (folder / GROUP_KEY).exists() else None


def load_member(folder: Path) -> Member:
    """Read a witness's BLS key.

    Raises:
        Unavailable: It is damaged.
    """
    text = (folder / GROUP_KEY).read_text("utf-8")
    head, secret, *rest = [*text.split(), "", ""]
    try:
        number = int.from_bytes(bytes.fromhex(secret), "big")
    except ValueError:
        number = 0
    if head != _HEAD or any(rest) or not 0 < number < bls.ORDER:
        raise Unavailable("the witness's BLS key is damaged; restore it")
    return Member(number)


def _new_line() -> bytes:
    secret = secrets.randbelow(bls.ORDER - 1) + 1
    encoded = secret.to_bytes(bls.SECRET_BYTES, "big")
    return f"{_HEAD} {encoded.hex()}\n".encode()
