"""Whoever makes the file wants the verifier to fall over; it names the place and ends."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.audit.note import Checkpoint
from ledger.audit.proofs import inclusion_ranges
from ledger.audit.tree import leaf_hash, root_of
from ledger.canonical import canonical
from tests.ledger.audit import forging
from tests.ledger.audit.builders import SIGNER, VKEY
from tests.ledger.audit.forging import chained, judge, write_log

WORLD = forging.a_world(20)
KHMER = "\u1791"
DEPTHS = (300, 480, 600, 900)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("wrap", [lambda part: [part], lambda part: {"a": part}])
def test_an_entry_nested_deep_is_an_answer_not_a_crash(
    tmp_path: Path, depth: int, wrap: Any
) -> None:
    value: Any = KHMER
    for _ in range(depth):
        value = wrap(value)
    raw = canonical({**WORLD[1], "data": {"door": "here"}})
    deep = raw.replace(b'"here"', json.dumps(value, ensure_ascii=False).encode())
    plain = deep.replace(b": ", b":")

    exit_code, told = judge(write_log(tmp_path / "log", [WORLD[0], plain]))

    assert exit_code in {0, 1}
    assert exit_code == 0 or "entry 1 in tile/entries/000.p/2: is not JSON" in told


def test_a_signature_with_a_byte_more_is_not_the_signature(tmp_path: Path) -> None:
    folder = write_log(tmp_path / "log", WORLD)
    note = (folder / "checkpoint").read_text("utf-8").rstrip("\n")
    words, _, signed = note.rpartition(" ")
    longer = base64.b64encode(base64.b64decode(signed) + b"\0").decode()
    forging.put(folder / "checkpoint", f"{words} {longer}\n".encode())
    forging.relist(folder)

    exit_code, told = judge(folder)

    assert exit_code == 1
    assert "one right signature" in told


@pytest.mark.timeout(20)
@pytest.mark.parametrize("size", [10_000, 2**40, 2**62])
def test_a_signed_head_of_more_entries_than_files_hold_is_refused_at_once(
    tmp_path: Path, size: int
) -> None:
    folder = write_log(tmp_path / "log", WORLD)
    head = Checkpoint(SIGNER.name, size, bytes(32))
    forging.put(folder / "checkpoint", SIGNER.sign(head).encode())
    forging.relist(folder)

    exit_code, told = judge(folder)

    assert exit_code == 1
    assert "checkpoint: counts more entries than files can hold" in told


def test_parts_that_are_never_finished_do_not_pile_up(tmp_path: Path) -> None:
    begun = [replace_part(forging.posted(legs=2)[0], parts=2) for _ in range(1_001)]

    exit_code, told = judge(write_log(tmp_path / "log", chained(begun)))

    assert exit_code == 1
    assert "entry 1000 in tile/entries/003.p/233: leaves too many parts" in told


def replace_part(entry: forging.Entry, **changes: object) -> forging.Entry:
    return {**entry, "data": {**entry["data"], **changes}}


@pytest.mark.parametrize("place", ["/proc/self/mem", f"/{'a' * 5_000}"])
def test_a_path_that_cannot_be_read_decides_nothing(place: str) -> None:
    exit_code, told = judge(Path(place))

    assert exit_code == 2
    assert "given: cannot read" in told


def receipt_of(heads: int, about: str = "door_1") -> bytes:
    """Write a receipt of one entry, under a head of each of so many sizes."""
    raws = [canonical(entry) for entry in WORLD]
    leaves = [leaf_hash(raw) for raw in raws]
    proofs = []
    for number in range(heads):
        size = len(raws)
        ranges = inclusion_ranges(0, size)
        path = [root_of(leaves[one.start : one.stop]) for one in ranges]
        signer = replace(SIGNER, second=lambda _head, _at, n=number: strange(n))
        note = signer.sign(
            Checkpoint(SIGNER.name, size, root_of(leaves)), forging.FIRST_MOMENT
        )
        lines = [
            "c2sp.org/tlog-proof@v1",
            f"extra {base64.b64encode(raws[0]).decode()}",
        ]
        hashes = [base64.b64encode(one).decode() for one in path]
        proofs.append("\n".join([*lines, "index 0", *hashes, "", note]))
    told = {"about": about, "format": "tonle-receipt/1", "policy": "", "proofs": proofs}
    return canonical(told) + b"\n"


def strange(number: int) -> str:
    """Return a line of somebody nobody knows."""
    return f"\u2014 stranger {base64.b64encode(number.to_bytes(8)).decode()}\n"


@pytest.mark.parametrize(("heads", "wanted"), [(1, 0), (16, 0), (17, 1), (2_000, 1)])
def test_a_receipt_rests_on_few_heads(tmp_path: Path, heads: int, wanted: int) -> None:
    (tmp_path / "r.json").write_bytes(receipt_of(heads))

    exit_code, told = judge(tmp_path / "r.json", VKEY)

    assert exit_code == wanted, told


def test_a_receipt_about_nothing_is_none(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_bytes(receipt_of(1, about=""))

    exit_code, told = judge(tmp_path / "r.json", VKEY)

    assert exit_code == 1
    assert "is no receipt" in told
