"""Pack an export into one zip; the same files give the same bytes."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_PLAIN = 0o100644 << 16
_PART_BYTES = 1024 * 1024


def pack(folder: Path, archive: Path) -> Path:
    """Pack all files of a folder, sorted, without the times of a file system."""
    unfinished = archive.with_name(f"{archive.name}.unfinished")
    try:
        with ZipFile(unfinished, "w", ZIP_DEFLATED) as packed:
            for path in sorted(_files(folder)):
                _add(packed, folder, path)
        unfinished.replace(archive)
    finally:
        unfinished.unlink(missing_ok=True)
    return archive


def _files(folder: Path) -> list[str]:
    return [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    ]


def _add(packed: ZipFile, folder: Path, path: str) -> None:
    item = ZipInfo(path)  # its time is the first of 1980
    item.compress_type, item.external_attr, item.create_system = ZIP_DEFLATED, _PLAIN, 3
    with (folder / path).open("rb") as file, packed.open(item, "w") as member:
        while part := file.read(_PART_BYTES):
            member.write(part)
