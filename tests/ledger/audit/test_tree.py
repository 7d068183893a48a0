"""The tree gives the published roots, however it is grown, and proofs are strict."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit import proofs, subtrees, tree
from ledger.audit.verifier import tree as second
from tests.ledger.audit.vectors import MERKLE, NOTES, hashes

LEAVES = [tree.leaf_hash(bytes.fromhex(leaf)) for leaf in MERKLE["leaves"]]


def _grown(steps: list[int]) -> tuple[tree.Edge, dict[tuple[int, int], tree.Tile]]:
    edge, stored = tree.Edge(), {}
    for step in steps:
        edge, tiles = edge.append(_leaves(edge.size, edge.size + step))
        stored |= {(tile.level, tile.index): tile for tile in tiles}
    return edge, stored


def _leaves(start: int, end: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % number).digest() for number in range(start, end)]


def _inclusion(leaves: list[bytes], index: int) -> list[bytes]:
    ranges = proofs.inclusion_ranges(index, len(leaves))
    return [tree.root_of(leaves[under.start : under.stop]) for under in ranges]


def _consistency(leaves: list[bytes], old_size: int) -> list[bytes]:
    ranges = proofs.consistency_ranges(old_size, len(leaves))
    return [tree.root_of(leaves[under.start : under.stop]) for under in ranges]


def test_leaf_hashes_are_the_published_ones() -> None:
    assert hashes(MERKLE["leaf_hashes"]) == LEAVES


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert tree.root_of(LEAVES[:size]).hex() == MERKLE["roots_by_size"][str(size)]
    assert tree.Edge().append(LEAVES[:size])[0].root() == tree.root_of(LEAVES[:size])


def test_a_leaf_made_of_two_hashes_is_not_their_parent() -> None:
    case = MERKLE["second_preimage"]
    left, right = hashes([case["left"], case["right"]])

    assert tree.node_hash(left, right).hex() == case["node_hash"]
    assert tree.leaf_hash(left + right).hex() == case["leaf_hash_of_concatenation"]


def test_the_root_of_another_log_is_found_from_its_entries() -> None:
    log = NOTES["tessera_testdata_log"]

    leaves = [tree.leaf_hash(bytes.fromhex(entry)) for entry in log["entries"]]

    assert base64.b64encode(tree.root_of(leaves)).decode() == log["root_b64"]


@given(st.lists(st.integers(0, 700), max_size=6))
def test_a_tree_grown_in_steps_is_the_tree_grown_at_once(steps: list[int]) -> None:
    size = sum(steps)

    edge, stored = _grown(steps)

    assert edge.size == size
    assert edge.root() == tree.root_of(_leaves(0, size))
    assert stored == _grown([size])[1]


def test_the_edge_is_rebuilt_from_stored_tiles() -> None:
    edge, stored = _grown([70_000])
    packed = {
        level: stored[level, 70_000 // 256 ** (level + 1)].packed()
        for level in (0, 1, 2)
    }

    assert tree.Edge.of(70_000, packed) == edge


def test_an_edge_with_a_missing_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        tree.Edge.of(300, {0: bytes(32 * 44)})


@pytest.mark.parametrize(
    ("index", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (273, 112, "tile/0/273.p/112"),
        (1_234_067, 256, "tile/0/x001/x234/067"),
    ],
)
def test_tiles_are_published_where_c2sp_says(index: int, width: int, path: str) -> None:
    assert tree.tile_path(0, index, width) == path


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1000 * 256 + 3])
def test_writer_and_verifier_name_the_same_tiles(size: int) -> None:
    ours = [
        tree.tile_path(0, at // 256, min(256, size - at)) for at in range(0, size, 256)
    ]

    assert [path for path, _ in second.tiles(0, size)] == ours


@pytest.mark.parametrize("case", MERKLE["inclusion"], ids=lambda case: case["name"])
def test_inclusion_is_judged_as_published(case: dict[str, Any]) -> None:
    leaf, root, *path = hashes([case["leaf_hash"], case["root"], *case["proof"]])

    included = proofs.is_included(
        leaf, case["index"], size=case["size"], root=root, path=path
    )

    assert included is case["expect_valid"]


@pytest.mark.parametrize("case", MERKLE["consistency"], ids=lambda case: case["name"])
def test_consistency_is_judged_as_published(case: dict[str, Any]) -> None:
    old_root, new_root, *path = hashes([case["root1"], case["root2"], *case["proof"]])

    consistent = proofs.is_consistent(
        (case["size1"], old_root), (case["size2"], new_root), path
    )

    # The reference takes roots of any length; we take hashes only, on purpose.
    are_hashes = len(old_root) == len(new_root) == tree.HASH_BYTES
    assert consistent is (case["expect_valid"] and are_hashes)


def test_paths_are_the_published_ones() -> None:
    for case in MERKLE["derived_all_proofs_size_le_8"]["cases"]:
        if case["kind"] == "inclusion":
            path = _inclusion(LEAVES[: case["size"]], case["index"])
        else:
            path = _consistency(LEAVES[: case["size2"]], case["size1"])
        assert path == hashes(case["proof"])


@given(st.data(), st.integers(1, 80))
def test_every_path_proves_and_no_shorter_or_longer_one(
    data: st.DataObject, size: int
) -> None:
    leaves = _leaves(0, size)
    index = data.draw(st.integers(0, size - 1))
    root, path = tree.root_of(leaves), _inclusion(leaves, index)

    def judge(path: list[bytes]) -> bool:
        return proofs.is_included(leaves[index], index, size=size, root=root, path=path)

    assert judge(path)
    assert not judge([*path, bytes(32)])
    assert not path or not judge(path[:-1])


@given(st.data(), st.integers(1, 80))
def test_a_grown_tree_is_consistent_and_a_forked_one_is_not(
    data: st.DataObject, size: int
) -> None:
    leaves = _leaves(0, size)
    old = data.draw(st.integers(1, size))
    path = _consistency(leaves, old)
    new_head = (size, tree.root_of(leaves))

    assert proofs.is_consistent((old, tree.root_of(leaves[:old])), new_head, path)
    forked = tree.root_of([bytes(32), *leaves[1:old]])
    assert not proofs.is_consistent((old, forked), new_head, path)


@given(st.integers(1, 70_000), st.data())
@settings(max_examples=20)
def test_any_path_is_found_in_the_stored_tiles(size: int, data: st.DataObject) -> None:
    _, stored = _grown([size])
    tiles = {place: tile.hashes for place, tile in stored.items()}
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    leaves = _leaves(0, size)
    wanted = [
        *proofs.inclusion_ranges(index, size),
        *proofs.consistency_ranges(old, size),
        range(old),
    ]

    found = [subtrees.hash_over(under, tiles) for under in wanted]

    assert found == [tree.root_of(leaves[under.start : under.stop]) for under in wanted]


def test_a_path_through_a_missing_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        subtrees.hash_over(range(300), {})
