"""Climb the Merkle tree of an export (RFC 6962, C2SP tlog-tiles)."""

import hashlib

from ledger.audit.verifier.answers import require
from ledger.audit.verifier.files import BALANCES, FIXED, JOURNAL, OPTIONAL, Export
from ledger.audit.verifier.signatures import HASH_BYTES, Head
from ledger.audit.verifier.stamps import STAMPED

WIDTH = 256


def tiles(level: int | str, size: int) -> list[tuple[str, int]]:
    """Return path and width of the tiles that hold ``size`` hashes of a level."""
    found = []
    for index in range(-(-size // WIDTH)):
        *high, low = (group.zfill(3) for group in f"{index:,}".split(","))
        name = "/".join([f"tile/{level}", *(f"x{group}" for group in high), low])
        width = min(WIDTH, size - WIDTH * index)
        found.append((name if width == WIDTH else f"{name}.p/{width}", width))
    return found


def read_hashes(export: Export, path: str, width: int) -> list[bytes]:
    """Read the hashes of a tile."""
    raw = export.read(path)
    require(len(raw) == HASH_BYTES * width, path, f"does not hold {width} hashes")
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES)]


def root_of(hashes: list[bytes]) -> bytes:
    """Return the root over equal subtrees, of which the last may be smaller."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        nodes = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in pairs]
        hashes = nodes + hashes[2 * len(nodes) :]
    return hashes[0]


def check_tree(export: Export, head: Head, kept: list[Head]) -> str:
    """Climb from the leaves' tiles to the signed root; kept heads lie on the way."""
    wanted = {
        *FIXED,
        *OPTIONAL,
        JOURNAL,
        BALANCES,
        *(path for path, _ in tiles("entries", head.size)),
    }
    below: list[list[bytes]] = []
    for level in range(-(-head.size.bit_length() // 8)):
        roots = []
        for at, (path, width) in enumerate(tiles(level, head.size >> 8 * level)):
            hashes = read_hashes(export, path, width)
            full = below[-1][WIDTH * at : WIDTH * at + width] if below else hashes
            require(hashes == full, path, "does not follow from the tiles below it")
            roots.append(root_of(hashes))
            wanted.add(path)
        below.append(roots)
    require(
        root_of(below[0]) == head.root, "checkpoint", "is not the root of the tiles"
    )
    unknown = sorted(export.sizes.keys() - wanted)
    extra = ", ".join([path for path in unknown if not STAMPED.fullmatch(path)][:20])
    require(not extra, extra, "is no part of an export")
    for old in kept:
        require(
            old.size <= head.size,
            "checkpoint",
            f"is behind the kept head of {old.size} entries",
        )
        index, rest = divmod(old.size, WIDTH)
        then = below[0][:index]
        if rest:
            then += [root_of(read_hashes(export, *tiles(0, head.size)[index])[:rest])]
        require(
            root_of(then) == old.root, f"the first {old.size} entries", "were changed"
        )
    return f"{head.size} leaves under the signed root, {len(kept)} kept heads agree"
