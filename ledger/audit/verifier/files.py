"""Find the files of an export, refuse tricks before reading, and check the manifest."""

import hashlib
import os
import re
from collections import Counter
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from ledger.audit.verifier.answers import require
from ledger.audit.verifier.forms import fits, read_canonical

FORMAT = "tonle-audit-export/1"
FILE_BYTES = 64 * 1024 * 1024
JOURNAL, BALANCES = "ads/journal.csv", "ads/trial_balance.csv"
FIXED = {"VERIFY.md", "checkpoint", "log.vkey", "manifest.json", "verify.py"}
OPTIONAL = {"policy"}
MANIFEST: dict[str, type] = {"files": list, "format": str, "witnessed": bool}
FILE: dict[str, type] = {"bytes": int, "path": str, "sha256": str}
PATH = re.compile(r"[A-Za-z0-9_-][\w.-]*(/[A-Za-z0-9_-][\w.-]*)*", re.ASCII)


class Export(NamedTuple):
    """The files of an export: found, refused when they play tricks, only then read."""

    folder: Path
    sizes: dict[str, int]

    def __str__(self) -> str:
        return f"{len(self.sizes)} plain files"

    @classmethod
    def find(cls, folder: Path) -> "Export":
        """List all files; links, odd names and giants are refused before reading."""
        sizes: dict[str, int] = {}
        waiting = [folder]
        while waiting:
            with os.scandir(waiting.pop()) as found:
                items = sorted(found, key=lambda item: item.name)
            for item in items:
                path = Path(item.path).relative_to(folder).as_posix()
                require(PATH.fullmatch(path), ascii(path), "is no plain name")
                if item.is_dir(follow_symlinks=False):
                    waiting.append(Path(item.path))
                    continue
                require(
                    item.is_file(follow_symlinks=False), path, "is a link or no file"
                )
                sizes[path] = item.stat(follow_symlinks=False).st_size
                fits = sizes[path] <= FILE_BYTES or path == JOURNAL
                require(fits, path, "is larger than any part of an export")
        twins = [path for path, n in Counter(map(str.lower, sizes)).items() if n > 1]
        require(not twins, ", ".join(twins), "differ by upper and lower case alone")
        return cls(folder, sizes)

    def open(self, path: str) -> BufferedReader:
        """Open a file that was found."""
        require(path in self.sizes, path, "is missing")
        return (self.folder / path).open("rb")

    def read(self, path: str) -> bytes:
        """Read a small file whole."""
        with self.open(path) as file:
            return file.read(FILE_BYTES)

    def sha256(self, path: str) -> str:
        """Hash a file of any size."""
        with self.open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def check_manifest(export: Export) -> str:
    """Compare the manifest with the files, both ways."""
    raw = export.read("manifest.json")
    manifest = read_canonical(raw.removesuffix(b"\n"), "manifest.json")
    is_ours = fits(manifest, MANIFEST) and raw.endswith(b"\n")
    require(is_ours and manifest["format"] == FORMAT, "manifest.json", "is not ours")
    files: list[Any] = manifest["files"]
    require(all(fits(item, FILE) for item in files), "manifest.json", "is malformed")
    paths = [item["path"] for item in files]
    require(
        paths == sorted(set(paths)), "manifest.json", "is unsorted or repeats a path"
    )
    wrong = sorted(export.sizes.keys() - {"manifest.json", *paths})
    for item in files:
        is_same = item["bytes"] == export.sizes.get(item["path"])
        if not is_same or item["sha256"] != export.sha256(item["path"]):
            wrong.append(ascii(item["path"]))
    require(not wrong, ", ".join(wrong[:20]), "not as listed in manifest.json")
    return f"{len(paths)} files as listed"
