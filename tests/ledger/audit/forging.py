"""Write logs as an attacker would who controls every file, and perhaps the key."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from ledger.audit import EntryTold, Signer, entry_parts, leg_text
from ledger.audit.flat_files import FlatFiles
from ledger.audit.note import Checkpoint
from ledger.audit.single_file import single_file
from ledger.audit.tree import Edge, leaf_hash, tile_path
from ledger.audit.verifier.answers import Report
from ledger.audit.verifier.program import verify
from ledger.canonical import canonical, instant_text
from ledger.ids import new_id
from tests.conftest import FIRST_MOMENT
from tests.ledger.audit.builders import CASH, SIGNER, VKEY, WALLET

FIRST_DAY = FIRST_MOMENT.date().isoformat()
Entry = dict[str, Any]


def a_world(count: int = 300) -> list[Entry]:
    """Make the entries of a log: small journal entries and one in three parts."""
    entries = [
        _entry("door.opened", f"door_{n}", {"door": f"door_{n}"}) for n in (1, 2)
    ]
    entries += posted(legs=300)
    while len(entries) < count:
        entries += posted(legs=2)
    return chained(entries)


def posted(*, legs: int, units: int = 500, off_by: int = 0) -> list[Entry]:
    """Make the entries of a journal entry, out of balance by some units."""
    whole = [leg_text(CASH, "USD", units * (legs - 1) + off_by)]
    whole += [leg_text(WALLET, "USD", -units)] * (legs - 1)
    entry = new_id("entry", FIRST_MOMENT)
    told = EntryTold(entry, "deposit", FIRST_DAY, instant_text(FIRST_MOMENT))
    parts = map(json.loads, entry_parts(told, whole))
    return [_entry("entry.posted", entry, part) for part in parts]


def _entry(type_: str, subject: str, data: Any) -> Entry:
    return {
        "v": 1,
        "log": SIGNER.name,
        "ts": instant_text(FIRST_MOMENT),
        "event": new_id("evt", FIRST_MOMENT),
        "stream": 0,
        "type": type_,
        "subject": subject,
        "actor": "system",
        "actor_auth": "internal",
        "request_id": "",
        "data": data,
        "commitments": {},
        "refs": [],
    }


def chained(entries: Iterable[Entry]) -> list[Entry]:
    """Number and chain entries anew."""
    done: list[Entry] = []
    prev = "0" * 64
    for seq, entry in enumerate(entries):
        done.append({**entry, "seq": seq, "prev": prev, "number": seq + 1})
        prev = hashlib.sha256(canonical(done[-1])).hexdigest()
    return done


def write_log(
    folder: Path, entries: Sequence[Entry | bytes], signer: Signer = SIGNER
) -> Path:
    """Write a whole export over entries, with right hashes and a right signature."""
    folder.mkdir()
    raws = [one if isinstance(one, bytes) else canonical(one) for one in entries]
    edge, tiles = Edge().append([leaf_hash(raw) for raw in raws])
    for tile in tiles:
        path = tile_path(tile.level, tile.index, len(tile.hashes))
        put(folder / path, tile.packed())
    for cut in range(0, len(raws), 256):
        bundle = raws[cut : cut + 256]
        path = tile_path("entries", cut // 256, len(bundle))
        put(
            folder / path, b"".join(len(raw).to_bytes(2, "big") + raw for raw in bundle)
        )
    with closing(FlatFiles(folder)) as flat:
        for raw in raws:
            with suppress(KeyError, ValueError):
                flat.take(raw)
        flat.finish()
    head = Checkpoint(signer.name, edge.size, edge.root())
    put(folder / "checkpoint", signer.sign(head).encode())
    put(folder / "log.vkey", f"{signer.key}\n".encode())
    put(folder / "verify.py", single_file().encode())
    put(folder / "VERIFY.md", b"How to verify\n")
    relist(folder)
    return folder


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def relist(folder: Path) -> None:
    """Write the manifest anew over whatever is there."""
    listed = [
        {
            "path": path.relative_to(folder).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    ]
    listed.sort(key=lambda item: str(item["path"]))
    told = {"files": listed, "format": "tonle-audit-export/1", "witnessed": False}
    form = canonical(told)
    put(folder / "manifest.json", form + b"\n")


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def flip(path: Path, place: int) -> None:
    """Turn one bit of one byte."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def edited(entries: list[Entry], at: int, **changes: object) -> list[Entry]:
    return [*entries[:at], {**entries[at], **changes}, *entries[at + 1 :]]


def later(entry: Entry, step: timedelta) -> Entry:
    return {**entry, "ts": instant_text(FIRST_MOMENT + step)}


def judge(
    folder: Path, vkey: str | None = VKEY, kept: Sequence[str] = ()
) -> tuple[int, str]:
    """Verify; return the exit code and all that is told."""
    report: Report = verify(folder, vkey, notes=kept)
    return report.exit_code, "\n".join(report.lines())


def entries_in(folder: Path) -> list[Entry]:
    """Read the entries of an export back."""
    found = []
    for path in sorted((folder / "tile" / "entries").rglob("*")):
        raw = path.read_bytes() if path.is_file() else b""
        while raw:
            size = int.from_bytes(raw[:2], "big")
            found.append(json.loads(raw[2 : 2 + size]))
            raw = raw[2 + size :]
    return found
