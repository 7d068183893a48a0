"""Read the tables of a folder, however they are packed, named or separated.

A table may be plain or gzipped, split by semicolons, commas or tabs, its columns in any
order and more than are asked for. What cannot be read is refused with a sentence.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_GZIP = b"\x1f\x8b"
_DELIMITERS = ";,\t"


class FolderWrong(Exception):  # noqa: N818 - an answer to who gave the folder
    """A folder is not laid out like the PKDD'99 set."""


def require_loans(folder: Path) -> None:
    """Refuse a folder without a table of loans before any work is done.

    Raises:
        FolderWrong: There is none.
    """
    if not _tables(folder, "loan"):
        raise FolderWrong(f"{folder}: there is no table of loans, loan.asc")


def rows(folder: Path, name: str, *needed: str) -> Iterator[dict[str, str]]:
    """Read the rows of every table with a name: ``loan`` is loan.asc or loan.csv.gz.

    Raises:
        FolderWrong: A table is damaged or lacks a column.
    """
    for path in _tables(folder, name):
        yield from _rows(path, needed)


def _tables(folder: Path, name: str) -> list[Path]:
    found = folder.glob(f"{name}*") if name == "trans" else folder.glob(f"{name}.*")
    return sorted(path for path in found if path.is_file())


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        with _opened(path) as file:
            head = file.readline()
            delimiter = max(_DELIMITERS, key=head.count)
            heads = next(csv.reader([head], delimiter=delimiter), [])
            names = [name.strip().lower() for name in heads]
            if missing := set(needed) - set(names):
                raise FolderWrong(f"{path}: it has no column {min(missing)}")
            for cells in csv.reader(file, delimiter=delimiter):
                yield dict(zip(names, cells, strict=False))
    except (OSError, EOFError, zlib.error, csv.Error) as wrong:
        raise FolderWrong(f"{path}: it is damaged ({wrong})") from wrong


def _opened(path: Path) -> IO[str]:
    with path.open("rb") as file:
        is_packed = file.read(len(_GZIP)) == _GZIP
    opener = gzip.open if is_packed else open
    return opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
