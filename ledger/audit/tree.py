"""Grow a Merkle tree (RFC 6962, section 2.1) kept as tiles of 256 hashes.

A tile of level L holds, side by side, the roots of complete subtrees of 256**L leaves
(C2SP tlog-tiles). The last, unfinished tile of every level is the tree's edge: all that
is needed to append and to compute the root.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

HASH_BYTES = 32
TILE_WIDTH = 256
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent; the prefix keeps nodes from being leaves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over hashes of equal subtrees, of which the last may be smaller."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        paired = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = paired + row[len(paired) * 2 :]
    return row[0]


@dataclass(frozen=True)
class Tile:
    """Up to 256 hashes of a level; ``index`` counts tiles from the left."""

    level: int
    index: int
    hashes: tuple[bytes, ...]

    def is_full(self) -> bool:
        """Tell whether no hash can join any more."""
        return len(self.hashes) == TILE_WIDTH

    def packed(self) -> bytes:
        """Return the hashes side by side, as stored and published."""
        return b"".join(self.hashes)


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree: its size and the unfinished tile of every level."""

    size: int = 0
    rows: tuple[tuple[bytes, ...], ...] = ()

    @classmethod
    def of(cls, size: int, packed: dict[int, bytes]) -> "Edge":
        """Rebuild the edge of a tree from its stored unfinished tiles."""
        widths = edge_widths(size)
        rows = tuple(
            unpack(packed.get(level, b"")[: width * HASH_BYTES])
            for level, width in enumerate(widths)
        )
        if [len(row) for row in rows] != widths:
            raise ValueError("a tile at the tree's edge is missing or too short")
        return cls(size, rows)

    def root(self) -> bytes:
        """Return the root of the tree."""
        ragged: tuple[bytes, ...] = ()
        for row in self.rows:
            whole = row + ragged
            ragged = (root_of(whole),) if whole else ()
        return ragged[0] if ragged else EMPTY_ROOT

    def append(self, leaves: Sequence[bytes]) -> tuple["Edge", list[Tile]]:
        """Add leaf hashes; return the new edge and every tile that changed."""
        rows, tiles = list(self.rows), []
        level, below, fresh = 0, self.size, list(leaves)
        while fresh:
            first = below // TILE_WIDTH
            rows += [()] * (level == len(rows))
            row = (*rows[level], *fresh)
            cuts = range(0, len(row), TILE_WIDTH)
            changed = [
                Tile(level, first + at, row[cut : cut + TILE_WIDTH])
                for at, cut in enumerate(cuts)
            ]
            tiles += changed
            fresh = [root_of(tile.hashes) for tile in changed if tile.is_full()]
            rows[level] = row[len(fresh) * TILE_WIDTH :]
            level, below = level + 1, first
        return Edge(self.size + len(leaves), tuple(rows)), tiles


def edge_widths(size: int) -> list[int]:
    """Return how many hashes the unfinished tile of each level holds."""
    widths = []
    while size:
        size, width = divmod(size, TILE_WIDTH)
        widths.append(width)
    return widths


def width_of(level: int, index: int, size: int) -> int:
    """Return how many hashes a tile holds in a tree of so many leaves; 0 for none."""
    left: int = size // TILE_WIDTH**level - TILE_WIDTH * index
    return min(max(left, 0), TILE_WIDTH)


def unpack(packed: bytes) -> tuple[bytes, ...]:
    """Cut hashes that lie side by side."""
    return tuple(
        packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)
    )


def tile_path(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """Return where a tile is published; level ``entries`` is the bundle of entries.

    The index is written in groups of three digits, all but the last led by ``x``; an
    unfinished tile ends in ``.p/`` and its width.
    """
    *high, low = (group.zfill(3) for group in f"{index:,}".split(","))
    name = "/".join([f"tile/{level}", *(f"x{group}" for group in high), low])
    return name if width == TILE_WIDTH else f"{name}.p/{width}"
