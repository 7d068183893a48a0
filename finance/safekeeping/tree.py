"""Count many balances into one hash, so that each owner can see theirs was counted.

A Merkle tree whose nodes carry sums; the format is docs/audit-format.md, section 10.
A sum below zero or of 2^63 and more cannot be made, and is refused where it is read.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import ensure

SUM_LIMIT: Final = 2**63
SEED_BYTES: Final = 32
_SUM_BYTES: Final = 8
_HASH_BYTES: Final = 32
_LEAF, _NODE = b"\x10", b"\x11"


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the tree: its hash, and the sum of all balances below it."""

    hash: bytes
    sum: int

    @property
    def encoded(self) -> bytes:
        """Return the bytes that go into the node above."""
        return self.hash + self.sum.to_bytes(_SUM_BYTES, "big")


@dataclass(frozen=True, slots=True)
class Step:
    """The neighbour on the way up, and whether it stands to the left."""

    node: Node
    on_left: bool


@dataclass(frozen=True, slots=True)
class Way:
    """What leads from one sum to the top: its name and salt, and its neighbours."""

    name: str
    salt: bytes
    units: int
    steps: Sequence[Step]


Named = tuple[str, int]


def salt_of(seed: bytes, name: str) -> bytes:
    """Return the salt of a name under one seed: one tells nothing of another."""
    return hmac.digest(seed, name.encode(), "sha256")


def in_order(seed: bytes, sums: Iterable[Named]) -> list[Named]:
    """Order by blinded names, so that a place tells nothing of who is beside whom."""
    return sorted(sums, key=lambda pair: blind(pair[0], salt_of(seed, pair[0])))


def leaves_of(seed: bytes, sums: Iterable[Named]) -> list[Node]:
    """Return the leaves of sums that stand in their order."""
    return [leaf(blind(name, salt_of(seed, name)), units) for name, units in sums]


def top_of(seed: bytes, sums: Iterable[Named]) -> Node:
    """Return the top over sums in whatever order."""
    return root(leaves_of(seed, in_order(seed, sums)))


def way_of(seed: bytes, sums: Iterable[Named], name: str) -> Way:
    """Return what leads from the sum of a name to the top."""
    ordered = in_order(seed, sums)
    at = [one for one, _ in ordered].index(name)
    steps = path(leaves_of(seed, ordered), at)
    return Way(name, salt_of(seed, name), ordered[at][1], steps)


def blind(account: str, salt: bytes) -> bytes:
    """Name an account so that only who knows the salt sees whose it is."""
    return hashlib.sha256(
        b"client-money/v1\0" + account.encode() + b"\0" + salt
    ).digest()


def leaf(blinded: bytes, balance: int) -> Node:
    """Return the leaf of one balance."""
    _require_sum(balance)
    encoded = _LEAF + blinded + balance.to_bytes(_SUM_BYTES, "big")
    return Node(hashlib.sha256(encoded).digest(), balance)


def join(left: Node, right: Node) -> Node:
    """Return the node above two."""
    total = left.sum + right.sum
    _require_sum(total)
    encoded = _NODE + left.encoded + right.encoded
    return Node(hashlib.sha256(encoded).digest(), total)


def root(leaves: Sequence[Node]) -> Node:
    """Return the top of a tree; that of no leaves is the hash of nothing, and zero."""
    if not leaves:
        return Node(hashlib.sha256(b"").digest(), 0)
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[Node], position: int) -> list[Step]:
    """Return the neighbours of a leaf, from the bottom to the top."""
    ensure(0 <= position < len(leaves), "the leaf is in the tree")
    steps, level, at = [], list(leaves), position
    while len(level) > 1:
        other = at ^ 1
        if other < len(level):
            steps.append(Step(level[other], on_left=other < at))
        level, at = _above(level), at // 2
    return steps


def counts(start: Node, steps: Sequence[Step], top: Node) -> bool:
    """Say whether a leaf was counted into the top, by its path."""
    nodes = [start, *(step.node for step in steps), top]
    if any(len(node.hash) != _HASH_BYTES or not _is_sum(node.sum) for node in nodes):
        return False
    reached = start
    for step in steps:
        if not _is_sum(reached.sum + step.node.sum):
            return False
        pair = (step.node, reached) if step.on_left else (reached, step.node)
        reached = join(*pair)
    return reached == top


def _above(level: Sequence[Node]) -> list[Node]:
    """Return the level above; one left over goes up as it is."""
    pairs = [
        join(left, right) for left, right in zip(level[::2], level[1::2], strict=False)
    ]
    return pairs + list(level[len(pairs) * 2 :])


def _is_sum(value: int) -> bool:
    return 0 <= value < SUM_LIMIT


def _require_sum(value: int) -> None:
    ensure(_is_sum(value), "a sum of balances is not negative and below 2^63")
