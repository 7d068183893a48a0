"""Programs that we did not write accept our export as it is, and reject it changed.

Which of them ran is told at the end of the run: what is not installed is skipped, and
CONTRIBUTING says how to install it.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import audit
from ledger.audit.note import Checkpoint
from ledger.canonical import canonical
from ledger.database import Database
from tests.ledger.audit import forging
from tests.ledger.audit.builders import (
    SIGNER,
    VKEY,
    DoorOpened,
    a_log,
    an_export,
    seal_all,
    tell,
)

SCRIPT = Path(__file__).with_name("by_the_page.py")
AICS_TLOG = os.environ.get("TONLE_AICS_TLOG") or shutil.which("aics-tlog")
SIZES = (1, 2, 255, 256, 257, 285)


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)


def root_in(folder: Path) -> bytes:
    text = (folder / "checkpoint").read_text("utf-8").rpartition("\n\n")[0] + "\n"
    return Checkpoint.read(text).root


@pytest.fixture
async def export(db: Database, tmp_path: Path) -> Path:
    await a_log(db)
    return await an_export(db, tmp_path / "export")


async def test_pymerkle_makes_the_same_root_and_proves_the_same_growth(
    export: Path,
) -> None:
    pymerkle = pytest.importorskip("pymerkle", reason="pymerkle is not installed")
    entries = [canonical(one) for one in forging.entries_in(export)]
    theirs = pymerkle.InmemoryTree.init_from_entries(entries, algorithm="sha256")
    changed = pymerkle.InmemoryTree.init_from_entries(
        [*entries[:17], b"{}", *entries[18:]], algorithm="sha256"
    )

    assert theirs.get_root() == root_in(export)
    assert changed.get_root() != root_in(export)
    for size in SIZES:
        grown = theirs.prove_consistency(size, len(entries))
        pymerkle.verify_consistency(theirs.get_root(size), root_in(export), grown)
        with pytest.raises(pymerkle.InvalidProof):
            pymerkle.verify_consistency(
                theirs.get_root(size), changed.get_root(), grown
            )


@pytest.mark.skipif(not AICS_TLOG, reason="aics-tlog is not installed (Python 3.12)")
async def test_aics_tlog_accepts_the_export_and_rejects_it_changed(
    db: Database, export: Path, tmp_path: Path
) -> None:
    await db.transact(tell, DoorOpened("door_9"))
    await seal_all(db)
    grown = await an_export(db, tmp_path / "grown")
    (tmp_path / "vkey").write_text(f"{VKEY}\n")
    (tmp_path / "entry").write_bytes(canonical(forging.entries_in(export)[17]))
    key = ["--vkey-file", str(tmp_path / "vkey"), "--origin", SIGNER.name]

    def asks(command: str, *words: str, tiles: Path) -> int:
        done = run(str(AICS_TLOG), command, *words, *key, "--tiles", str(tiles))
        assert "Traceback" not in done.stderr
        return done.returncode

    inclusion = ["--leaf", str(tmp_path / "entry"), "--index", "17"]
    growth = ["--old-checkpoint", str(export / "checkpoint")]
    accepted = [
        asks("verify-checkpoint", tiles=export),
        asks("verify-inclusion", *inclusion, tiles=export),
        asks("verify-consistency", *growth, tiles=grown),
    ]
    elsewhere = asks("verify-inclusion", *inclusion[:2], "--index", "18", tiles=export)
    entries = forging.entries_in(export)
    forked = forging.write_log(
        tmp_path / "forked",
        forging.chained([*forging.edited(entries, 17, actor="nobody"), entries[0]]),
    )
    fork = asks("verify-consistency", *growth, tiles=forked)
    forging.flip(export / "tile/0/000", 17 * 32)
    tile = asks("verify-inclusion", *inclusion, tiles=export)
    forging.flip(export / "checkpoint", -5)
    signature = asks("verify-checkpoint", tiles=export)

    assert accepted == [0, 0, 0]
    assert 0 not in {elsewhere, fork, tile, signature}


async def test_a_script_written_from_the_page_alone_checks_a_receipt(
    db: Database, tmp_path: Path
) -> None:
    await a_log(db)
    concern = audit.Concern("door_1", "door_1")
    receipt = await db.read(audit.give_receipt, concern, policy=None)
    (tmp_path / "receipt").write_bytes(receipt.content)
    whole = json.loads(receipt.content)
    proof = whole["proofs"][0]
    lies = {
        "another path": proof.replace(
            proof.split("\n")[3], base64.b64encode(bytes(32)).decode()
        ),
        "another index": proof.replace("\nindex ", "\nindex 1"),
        "another signature": proof[:-6]
        + ("A" if proof[-6] != "A" else "B")
        + proof[-5:],
        "no proof": "c2sp.org/other",
    }

    done = run(
        sys.executable, "-I", SCRIPT, VKEY, tmp_path / "receipt", tmp_path / "entry"
    )
    refused = {}
    for lie, text in lies.items():
        (tmp_path / "lie").write_text(json.dumps(whole | {"proofs": [text]}))
        refused[lie] = run(
            sys.executable, "-I", SCRIPT, VKEY, tmp_path / "lie"
        ).returncode

    assert (done.returncode, done.stdout) == (0, "door.opened\n")
    assert json.loads((tmp_path / "entry").read_text())["subject"] == "door_1"
    assert set(refused.values()) == {1}
