"""Prove that an entry is in a tree, and that a tree has only grown (RFC 9162, 2.1).

A path is given as the leaves under each of its hashes, lowest first, so that they can be
taken from stored tiles; the checks need roots and paths alone.
"""

from collections.abc import Sequence

from ledger.audit.tree import HASH_BYTES, node_hash, root_of


def inclusion_ranges(index: int, size: int) -> list[range]:
    """Return the leaves under each hash that leads from a leaf to the root."""
    if not 0 <= index < size:
        raise ValueError("the index lies outside the tree")
    beside, whole = [], range(size)
    while len(whole) > 1:
        left, right = _halves(whole)
        whole, other = (left, right) if index in left else (right, left)
        beside.append(other)
    return beside[::-1]


def consistency_ranges(old_size: int, size: int) -> list[range]:
    """Return the leaves under each hash that shows the tree has only grown."""
    if not 0 < old_size <= size:
        raise ValueError("the old size lies outside the tree")
    beside, whole = [], range(size)
    while whole.stop != old_size:
        left, right = _halves(whole)
        whole, other = (left, right) if old_size <= left.stop else (right, left)
        beside.append(other)
    return [*([whole] if whole.start else []), *beside[::-1]]


def _halves(whole: range) -> tuple[range, range]:
    """Split leaves where the tree does: after the largest power of two below."""
    cut = whole.start + _cut(len(whole))
    return range(whole.start, cut), range(cut, whole.stop)


def _cut(size: int) -> int:
    """Return the largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def is_included(
    leaf: bytes, index: int, *, size: int, root: bytes, path: Sequence[bytes]
) -> bool:
    """Check an inclusion proof (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([leaf, root, *path]):
        return False
    at, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(
    old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]
) -> bool:
    """Check a consistency proof between two (size, root) heads (RFC 9162, 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not _are_hashes([old_root, new_root, *path]) or not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0 or not path:
        return old_size == 0 and not path and old_root == root_of([])
    if old_size & (old_size - 1) == 0:
        path = [old_root, *path]
    return _roots_along(path, old_size - 1, new_size - 1) == (old_root, new_root)


def _roots_along(
    path: Sequence[bytes], at: int, last: int
) -> tuple[bytes, bytes] | None:
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)
