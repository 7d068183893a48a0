"""Find the files of an export, refuse tricks before reading, and check the manifest."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast
from zipfile import ZipFile

from ledger.audit.verifier.answers import DAMAGED, Tampered, require
from ledger.audit.verifier.archives import open_archive
from ledger.audit.verifier.forms import fits, read_canonical

FORMAT = "tonle-audit-export/1"
FILE_BYTES = 64 * 1024 * 1024
PART_BYTES = 1024 * 1024
NOTE_BYTES = 64 * 1024
JOURNAL, BALANCES = "ads/journal.csv", "ads/trial_balance.csv"
OPENINGS = "private/openings.jsonl"
FIXED = {"VERIFY.md", "checkpoint", "log.vkey", "manifest.json", "verify.py"}
OPTIONAL = {"policy", OPENINGS}
MANIFEST: dict[str, type] = {"files": list, "format": str, "witnessed": bool}
FILE: dict[str, type] = {"bytes": int, "path": str, "sha256": str}
PATH = re.compile(r"[A-Za-z0-9_-][\w.-]*(/[A-Za-z0-9_-][\w.-]*)*", re.ASCII)


class Export(NamedTuple):
    """The files of an export: found, refused when they play tricks, only then read."""

    place: Path
    sizes: dict[str, int]
    archive: ZipFile | None = None

    def __str__(self) -> str:
        return f"{len(self.sizes)} plain files"

    @classmethod
    def find(cls, place: Path, held: ExitStack) -> "Export":
        """List all files of a folder or zip; nothing odd is read."""
        archive = None
        if place.is_file():
            archive, items = open_archive(place, held)
            found = [(item.filename, item.file_size) for item in items]
        else:
            found = list(_walk(place))
        for path, size in found:
            require(PATH.fullmatch(path), ascii(path), "is no plain name")
            is_part = size <= FILE_BYTES or path in {JOURNAL, OPENINGS}
            require(is_part, path, "is larger than any part of an export")
        names = Counter(path.lower() for path, _ in found)
        twins = [name for name, count in names.items() if count > 1][:20]
        told = "are there twice, or differ by upper and lower case alone"
        require(not twins, ", ".join(twins), told)
        return cls(place, dict(found), archive)

    def open(self, path: str) -> BinaryIO:
        """Open a file that was found."""
        require(path in self.sizes, path, "is missing")
        if self.archive:
            return cast("BinaryIO", self.archive.open(path))
        return (self.place / path).open("rb")

    def read(self, path: str, most: int = FILE_BYTES) -> bytes:
        """Read a small file whole."""
        require(self.sizes.get(path, 0) <= most, path, "is too long")
        try:
            with self.open(path) as file:
                return file.read(most)
        except DAMAGED as error:
            raise Tampered(path, f"cannot be unpacked: {str(error)!a}") from None

    def sha256(self, path: str) -> str:
        """Hash a file of any size; nothing for one that cannot be unpacked."""
        digest = hashlib.sha256()
        try:
            with self.open(path) as file:
                while part := file.read(PART_BYTES):
                    digest.update(part)
        except DAMAGED:
            return ""
        return digest.hexdigest()


def _walk(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield all files below a folder; links and special files are refused."""
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
            is_file = item.is_file(follow_symlinks=False)
            require(is_file, path, "is a link or no file")
            yield path, item.stat(follow_symlinks=False).st_size


def check_manifest(export: Export) -> str:
    """Compare the manifest with the files, both ways."""
    raw = export.read("manifest.json")
    # So much JSON would fill the memory before it is seen to be none of ours.
    is_short = raw.count(b",") <= 3 * len(export.sizes) + len(MANIFEST)
    is_flat = raw.count(b"[") <= 1 and raw.count(b"{") <= 1 + len(export.sizes)
    require(is_short and is_flat, "manifest.json", "lists more than there is")
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
