"""Look into a zip before anything is unpacked, and refuse one that plays tricks."""

import stat
from contextlib import ExitStack
from io import FileIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from ledger.audit.verifier.answers import DAMAGED, Tampered, require

LISTING_BYTES = 8 * 1024 * 1024
UNPACKED_TIMES = 200
ENCRYPTED = 0x1
MARKS = (b"PK\x03\x04", b"PK\x05\x06")


class Careful(FileIO):
    """A file that never gives much at once, so a list of files without end is none."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read no more than the longest list of files an export has."""
        is_much = size is None or not 0 <= size <= LISTING_BYTES
        return super().read(LISTING_BYTES if is_much else size)


def is_archive(path: Path) -> bool:
    """Tell whether a file begins as a zip does."""
    with path.open("rb") as file:
        return file.read(len(MARKS[0])) in MARKS


def open_archive(path: Path, held: ExitStack) -> tuple[ZipFile, list[ZipInfo]]:
    """Open a zip as long as ``held`` is, and list its files; folders are left out."""
    name = ascii(path.name)
    try:
        archive = ZipFile(held.enter_context(Careful(path)))
    except (*DAMAGED, ValueError) as error:
        raise Tampered(name, f"is no whole zip: {str(error)!a}") from None
    found = archive.infolist()
    whole = sum(item.file_size for item in found)
    is_bomb = whole > UNPACKED_TIMES * path.stat().st_size
    require(not is_bomb, name, f"unpacks to more than {UNPACKED_TIMES} times its size")
    end = 0
    for item in sorted(found, key=lambda item: item.header_offset):
        place = ascii(item.filename)
        require(item.header_offset >= end, place, "lies over another file of the zip")
        end = item.header_offset + item.compress_size
        require(not item.flag_bits & ENCRYPTED, place, "is encrypted")
        is_plain = item.compress_type in {ZIP_STORED, ZIP_DEFLATED}
        require(is_plain, place, "is packed in another way than deflate")
        kind = stat.S_IFMT(item.external_attr >> 16)
        allowed = {0, stat.S_IFDIR if item.is_dir() else stat.S_IFREG}
        require(kind in allowed, place, "is a link or no file")
    return archive, [item for item in found if not item.is_dir()]
