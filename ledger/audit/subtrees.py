"""Take the hash over any subtree of the log from its stored tiles."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.tree import TILE_WIDTH, node_hash, root_of, unpack

_LEVEL_BITS = (TILE_WIDTH - 1).bit_length()
_TILES = text(
    "SELECT level, index AS tile, hashes FROM audit_tile JOIN"
    " unnest(CAST(:levels AS bigint[]), CAST(:indexes AS bigint[]))"
    " AS wanted (level, index) USING (level, index)"
)

Tiles = Mapping[tuple[int, int], Sequence[bytes]]


class Span(NamedTuple):
    """Hashes side by side in a tile, over one complete subtree."""

    level: int
    tile: int
    first: int
    width: int

    def root(self, tiles: Tiles) -> bytes:
        """Return the hash over them."""
        hashes = tiles.get((self.level, self.tile), ())
        found = hashes[self.first : self.first + self.width]
        if len(found) != self.width:
            raise ValueError("a tile is missing or too short")
        return root_of(found)


def spans_of(leaves: range) -> Iterator[Span]:
    """Cut the leaves under one hash of a tree into complete subtrees, from the left."""
    at = leaves.start
    while at < leaves.stop:
        height = (leaves.stop - at).bit_length() - 1
        level, bits = divmod(height, _LEVEL_BITS)
        tile, first = divmod(at >> level * _LEVEL_BITS, TILE_WIDTH)
        yield Span(level, tile, first, 1 << bits)
        at += 1 << height


def hash_over(leaves: range, tiles: Tiles) -> bytes:
    """Return the hash of a tree over these leaves.

    Raises:
        ValueError: A tile is missing or too short.
    """
    *lefts, found = [span.root(tiles) for span in spans_of(leaves)]
    for left in reversed(lefts):
        found = node_hash(left, found)
    return found


async def fetch_hashes(session: AsyncSession, wanted: Sequence[range]) -> list[bytes]:
    """Return the hash over each range of leaves, from the stored tiles."""
    spans = [span for leaves in wanted for span in spans_of(leaves)]
    places = {(span.level, span.tile) for span in spans}
    columns = {
        "levels": [level for level, _ in places],
        "indexes": [tile for _, tile in places],
    }
    rows = await session.execute(_TILES, columns)
    tiles = {(row.level, row.tile): unpack(row.hashes) for row in rows}
    return [hash_over(leaves, tiles) for leaves in wanted]
