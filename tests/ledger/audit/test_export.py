"""An export is whole, repeats byte for byte, and other readers accept it."""

import base64
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger import audit
from ledger.database import Database
from tests.ledger.audit import forging
from tests.ledger.audit.builders import (
    MANY_LEGS,
    SIGNER,
    VKEY,
    DoorOpened,
    a_log,
    an_export,
    seal_all,
    tell,
)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _run(
    *words: str | Path, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)


async def test_an_export_is_verified_by_its_own_program(
    db: Database, tmp_path: Path
) -> None:
    await a_log(db)
    folder = await an_export(db, tmp_path / "export")

    done = _run(sys.executable, "-I", folder / "verify.py", "--key", VKEY, folder)

    assert (done.returncode, done.stderr) == (0, "")
    assert "285 chained, 281 journal entries balance" in done.stdout


async def test_the_same_head_gives_the_same_bytes(db: Database, tmp_path: Path) -> None:
    await a_log(db)

    first = await an_export(db, tmp_path / "first")
    second = await an_export(db, tmp_path / "second")

    assert _files(first) == _files(second)


async def test_an_export_is_what_its_entries_make(db: Database, tmp_path: Path) -> None:
    await a_log(db)
    folder = await an_export(db, tmp_path / "export")

    rebuilt = forging.write_log(tmp_path / "rebuilt", forging.entries_in(folder))

    differing = {
        path
        for path, content in _files(folder).items()
        if _files(rebuilt).get(path) != content
    }
    assert differing == {"VERIFY.md", "manifest.json"}


async def test_a_grown_log_agrees_with_the_head_kept_before(
    db: Database, tmp_path: Path
) -> None:
    await a_log(db)
    before = await an_export(db, tmp_path / "before")
    await db.transact(tell, DoorOpened("door_9"))
    await seal_all(db)

    after = await an_export(db, tmp_path / "after")

    kept = (before / "checkpoint").read_text("utf-8")
    assert forging.judge(after, kept=[kept])[0] == 0
    assert (
        forging.judge(before, kept=[(after / "checkpoint").read_text("utf-8")])[0] == 1
    )


async def test_the_trial_balance_adds_up(db: Database, tmp_path: Path) -> None:
    await a_log(db)
    folder = await an_export(db, tmp_path / "export")

    lines = (folder / "ads/trial_balance.csv").read_text("utf-8").splitlines()

    assert lines[0] == "account,asset,debits,credits,balance"
    assert sum(int(line.split(",")[4]) for line in lines[1:]) == 0


async def test_an_entry_of_many_legs_is_told_in_parts(
    db: Database, tmp_path: Path
) -> None:
    await a_log(db)
    folder = await an_export(db, tmp_path / "export")

    posted = [
        one["data"] for one in forging.entries_in(folder) if "legs" in one["data"]
    ]

    parts = Counter(one["parts"] for one in posted)
    assert parts == {3: 3, 1: 280}
    assert sum(len(one["legs"]) for one in posted if one["parts"] == 3) == MANY_LEGS


async def test_nothing_personal_leaves_with_an_export(
    db: Database, tmp_path: Path
) -> None:
    await a_log(db)
    folder = await an_export(db, tmp_path / "export")

    assert not any(b"Sok Dara" in content for content in _files(folder).values())


async def test_a_log_without_a_head_is_not_exported(
    db: Database, tmp_path: Path
) -> None:
    with pytest.raises(audit.NothingSealed):
        await an_export(db, tmp_path / "export")

    assert _files(tmp_path) == {}


async def test_a_folder_with_something_in_it_is_left_alone(
    db: Database, tmp_path: Path
) -> None:
    await a_log(db)
    (tmp_path / "mine").write_text("kept")

    with pytest.raises(audit.FolderInUse):
        await an_export(db, tmp_path)

    assert _files(tmp_path) == {"mine": b"kept"}


async def test_openssl_accepts_the_signature_of_the_head(
    db: Database, tmp_path: Path
) -> None:
    await a_log(db)
    folder = await an_export(db, tmp_path / "export")
    text, _, line = (folder / "checkpoint").read_bytes().rpartition(b"\n\n")
    (tmp_path / "text").write_bytes(text + b"\n")
    (tmp_path / "signature").write_bytes(_signature_in(line))
    (tmp_path / "key.pem").write_bytes(_pem())

    options = "-verify -pubin -rawin -inkey key.pem -in text -sigfile signature"
    done = _run("openssl", "pkeyutl", *options.split(), cwd=tmp_path)

    assert "Signature Verified Successfully" in done.stdout


def _signature_in(line: bytes) -> bytes:
    return base64.b64decode(line.split(b" ")[2])[4:]


def _pem() -> bytes:
    return SIGNER.private.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )


async def test_the_manifest_lists_every_file(db: Database, tmp_path: Path) -> None:
    await a_log(db)
    folder = await an_export(db, tmp_path / "export")

    manifest = json.loads((folder / "manifest.json").read_bytes())

    listed = {item["path"] for item in manifest["files"]}
    assert listed == _files(folder).keys() - {"manifest.json"}
