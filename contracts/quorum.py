"""One BLS line for a quorum of witnesses: who signed, as bits, and one signature of all.

It stands beside the witnesses' own lines and never in their place: a total over one
message does not show that each key signed (two that cancel each other out could be added
to any), so it is made of signatures that were verified alone, by witnesses whose own
lines are there. What it is good for is being small. Format: docs/audit-format.md.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

from contracts import bls
from contracts.errors import KeyUnproven
from contracts.keys import ProvenKey
from ledger.audit import Checkpoint, Note, NoteKey, NoteRefused

GROUP_BYTES: Final = 64 * 1024
MOST_MEMBERS: Final = 255
SKEW: Final = timedelta(seconds=60)
"""How far the proposed time may lie from a witness's clock."""

_MARK: Final = b"bls-checkpoint/v1\n\0"
_IDENTIFIER: Final = b"tonle/bls-quorum/v1\n"
_HEAD: Final = struct.Struct(">QB")
_BYTE: Final = 8
_TIME_LIMIT: Final = 2**63


class QuorumRefused(ValueError):  # noqa: N818 - a refusal, as in ledger.errors
    """A group or its line is not right; the message says what."""


class GroupKey(NoteKey):
    """The group as the signer of a line: what it consists of is part of its id.

    Type 0xff is C2SP's for signatures that have an identifier of their own.
    """

    kind = b"\xff"


@dataclass(frozen=True)
class Quorum:
    """Who signed a head in common, and at which time."""

    names: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Group:
    """Witnesses with proven keys in a fixed order, and how many of them are enough."""

    name: str
    needed: int
    members: Mapping[str, ProvenKey]

    @cached_property
    def key(self) -> GroupKey:
        """The key whose name and id its lines carry."""
        keys = b"".join(key.public for key in self.members.values())
        return GroupKey(self.name, _IDENTIFIER + bytes([self.needed]) + keys)

    def is_signed(
        self, name: str, head: Checkpoint, at: datetime, *, signature: bytes
    ) -> bool:
        """Say whether a member signed a head, alone."""
        key = self.members.get(name)
        signed = message(self.name, head, at)
        return key is not None and bls.SUITE.verify(key.public, signed, signature)

    def line(
        self, head: Checkpoint, at: datetime, signatures: Mapping[str, bytes]
    ) -> str:
        """Make the line out of signatures of members, each of which is checked.

        Raises:
            QuorumRefused: One is wrong or of no member, or there are too few.
        """
        for name, signature in signatures.items():
            if not self.is_signed(name, head, at, signature=signature):
                raise QuorumRefused(f"{name} did not sign this")
        if len(signatures) < self.needed:
            raise QuorumRefused(f"{len(signatures)} signed, {self.needed} are needed")
        total = bls.SUITE.aggregate([*signatures.values()])
        bits = _bits([name in signatures for name in self.members])
        time = int(at.timestamp())
        return self.key.line(_HEAD.pack(time, len(bits)) + bits + total)

    def check(self, note: str) -> Quorum:
        """Check the group's line under a note, whose own signatures others judge.

        Raises:
            QuorumRefused: There is not one right line of this group.
        """
        try:
            read = Note.read(note)
            head = Checkpoint.read(read.text)
        except NoteRefused as error:
            raise QuorumRefused(str(error)) from None
        lines = [*read.by(self.key)]
        if len(lines) != 1:
            raise QuorumRefused(f"there are {len(lines)} lines of the group, not one")
        at, names, total = self._open(lines[0])
        keys = [self.members[name].public for name in names]
        if len(names) < self.needed:
            raise QuorumRefused(f"{len(names)} signed, {self.needed} are needed")
        if not bls.SUITE.fast_aggregate_verify(
            keys, message(self.name, head, at), total
        ):
            raise QuorumRefused("the common signature does not fit head and signers")
        return Quorum(tuple(names), at)

    def _open(self, line: bytes) -> tuple[datetime, list[str], bytes]:
        """Read time, signers and signature; every bit stands for a member, or is off."""
        width = -(-len(self.members) // _BYTE)
        if len(line) != _HEAD.size + width + bls.SIGNATURE_BYTES:
            raise QuorumRefused("the line has another length")
        time, told_width = _HEAD.unpack_from(line)
        bits, total = line[_HEAD.size :][:width], line[_HEAD.size + width :]
        names = [
            name
            for place, name in enumerate(self.members)
            if bits[place // _BYTE] >> place % _BYTE & 1
        ]
        if told_width != width or _bits([n in names for n in self.members]) != bits:
            raise QuorumRefused("a bit is set that stands for nobody")
        if not 0 < time < _TIME_LIMIT or total == bls.INFINITY_SIGNATURE:
            raise QuorumRefused("the line is no timed signature")
        try:
            return datetime.fromtimestamp(time, UTC), names, total
        except (ValueError, OverflowError, OSError):
            raise QuorumRefused("the time lies beyond all calendars") from None


def message(group: str, head: Checkpoint, at: datetime) -> bytes:
    """Return what each member signs: the same head at the same second."""
    name, origin = group.encode(), head.origin.encode()
    return b"".join(
        (
            *(_MARK, bytes([len(name)]), name),
            int(at.timestamp()).to_bytes(8, "big"),
            *(len(origin).to_bytes(2, "big"), origin),
            *(head.size.to_bytes(8, "big"), head.root),
        )
    )


def read_group(raw: bytes) -> Group:
    """Read a group: ``group NAME NEEDED``, then ``member NAME PUBLIC PROOF`` lines.

    Raises:
        QuorumRefused: A line is malformed, a name or key comes twice, a key is unproven.
    """
    if len(raw) > GROUP_BYTES:
        raise QuorumRefused(f"a group has at most {GROUP_BYTES} bytes")
    lines = [line.split() for line in raw.decode(errors="replace").splitlines()]
    match [words for words in lines if words and not words[0].startswith("#")]:
        case [["group", name, needed], *rest]:
            members = _read_members(rest)
        case _:
            raise QuorumRefused("a group begins with its name and how many are needed")
    is_number = needed.isascii() and needed.isdigit() and len(needed) <= len("255")
    if not is_number or not 0 < int(needed) <= len(members) <= MOST_MEMBERS:
        raise QuorumRefused("as many are needed as there are members, or fewer")
    if "+" in name or len(name.encode()) > MOST_MEMBERS:
        raise QuorumRefused("the group's name is too long or has a plus sign")
    return Group(name, int(needed), members)


def _read_members(lines: list[list[str]]) -> dict[str, ProvenKey]:
    members: dict[str, ProvenKey] = {}
    for words in lines:
        match words:
            case ["member", name, public, proof]:
                key = _prove(name, public, proof)
            case _:
                raise QuorumRefused("a member has a name, a key and its proof")
        if name in members or key in members.values():
            raise QuorumRefused(f"{name} is there already, or its key is")
        members[name] = key
    return members


def _prove(name: str, public: str, proof: str) -> ProvenKey:
    try:
        return ProvenKey.of(bytes.fromhex(public), bytes.fromhex(proof))
    except (ValueError, KeyUnproven):
        raise QuorumRefused(f"the key of {name} is not proven") from None


def _bits(signed: list[bool]) -> bytes:
    """Write one bit for each member, the first lowest in the first byte."""
    number = sum(1 << place for place, has in enumerate(signed) if has)
    return number.to_bytes(-(-len(signed) // _BYTE), "little")
