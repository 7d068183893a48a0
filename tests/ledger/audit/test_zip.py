"""An export as one zip is verified as it is; one that plays tricks is refused by name."""

import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from ledger.audit import pack
from tests.ledger.audit import forging
from tests.ledger.audit.builders import VKEY
from tests.ledger.audit.forging import judge, write_log

MOST_KILOBYTES = 200_000
MARK = b"PK\x03\x04"
# Runs the verifier and tells the most memory it held.
WATCHED = """
import runpy, sys
del sys.argv[0]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    status = open("/proc/self/status").read()
    print(status.split("VmHWM:")[1].split()[0], file=sys.stderr)
"""


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("honest") / "export", forging.a_world(20))


@pytest.fixture
def archive(honest: Path, tmp_path: Path) -> Path:
    return pack(honest, tmp_path / "export.zip")


def run_watched(export: Path, honest: Path) -> tuple[int, str, int]:
    """Run the program alone; return exit code, what it said, and its memory in kB."""
    program = [sys.executable, "-I", "-S", "-c", WATCHED, str(honest / "verify.py")]
    done = subprocess.run(
        [*program, "--key", VKEY, str(export)],
        capture_output=True,
        text=True,
        check=False,
    )
    *told, peak = done.stderr.splitlines()
    assert told == []
    return done.returncode, done.stdout, int(peak)


def test_a_zip_is_as_valid_as_its_folder(honest: Path, archive: Path) -> None:
    exit_code, told = judge(archive)

    assert (exit_code, told) == judge(honest)
    assert exit_code == 0, told
    assert judge(archive, None)[0] == 2


def test_a_zip_made_by_another_program_is_valid(honest: Path, tmp_path: Path) -> None:
    made = shutil.make_archive(str(tmp_path / "other"), "zip", honest)

    assert judge(Path(made))[0] == 0


def test_the_same_files_give_the_same_zip(honest: Path, archive: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = forging.copied(honest, Path(folder) / "copy")
        again = pack(copy, Path(folder) / "again.zip")

        assert again.read_bytes() == archive.read_bytes()


def test_a_flipped_bit_of_what_is_packed_is_found(archive: Path) -> None:
    raw = archive.read_bytes()
    with ZipFile(archive) as packed:
        places = [
            item.header_offset + 30 + len(item.filename) + item.compress_size // 2
            for item in packed.infolist()
        ]
    for place in places[:8]:
        archive.write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])

        assert judge(archive)[0] == 1, place


@pytest.mark.parametrize("left", [0, 4, 100, -1, -30, -1000])
def test_a_zip_cut_short_is_refused(archive: Path, left: int) -> None:
    archive.write_bytes(archive.read_bytes()[:left])

    exit_code, told = judge(archive)

    assert exit_code == 1
    assert "export.zip" in told


def _add(
    name: str, content: bytes = b"x", kind: int = 0o100644
) -> Callable[[ZipFile], None]:
    item = ZipInfo(name)
    item.external_attr = kind << 16

    return lambda packed: packed.writestr(item, content)


def _add_bomb(packed: ZipFile) -> None:
    with packed.open("tile/0/999", "w") as member:
        for _ in range(60):
            member.write(bytes(1024 * 1024))


TRICKS: dict[str, tuple[Callable[[ZipFile], None], str]] = {
    "a path upwards": (_add("../outside"), "'../outside': is no plain name"),
    "an absolute path": (_add("/etc/passwd"), "'/etc/passwd': is no plain name"),
    "a path of another system": (_add("a\\..\\b"), "is no plain name"),
    "a letter that turns": (_add("a\u202eb"), "is no plain name"),
    "a link": (_add("more", b"/etc/passwd", 0o120777), "'more': is a link"),
    "a pipe": (_add("more", b"", 0o010644), "'more': is a link or no file"),
    "a twin": (_add("checkpoint"), "checkpoint: are there twice"),
    "a twin by case": (_add("Checkpoint"), "checkpoint: are there twice"),
    "a bomb": (_add_bomb, "unpacks to more than 200 times its size"),
    "a file too many": (_add("extra.txt"), "extra.txt"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_in_a_zip_is_refused_by_name(archive: Path, trick: str) -> None:
    play, expected = TRICKS[trick]
    with ZipFile(archive, "a", ZIP_DEFLATED) as packed:
        play(packed)

    exit_code, told = judge(archive)

    assert exit_code == 1
    assert expected in told
    assert told.isascii()


def test_another_way_of_packing_is_refused(honest: Path, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "odd.zip", "w", ZIP_BZIP2) as packed:
        packed.write(honest / "checkpoint", "checkpoint")

    exit_code, told = judge(tmp_path / "odd.zip")

    assert exit_code == 1
    assert "'checkpoint': is packed in another way" in told


def _change_listing(archive: Path, name: bytes, offset: int, value: bytes) -> None:
    """Write into the zip's own list, behind what marks the item of a name."""
    raw = bytearray(archive.read_bytes())
    item = raw.rindex(name) - 46
    assert raw[item : item + 4] == b"PK\x01\x02"
    raw[item + offset : item + offset + len(value)] = value
    archive.write_bytes(raw)


def test_files_that_lie_over_each_other_are_refused(archive: Path) -> None:
    _change_listing(archive, b"verify.py", 42, struct.pack("<L", 0))

    exit_code, told = judge(archive)

    assert exit_code == 1
    assert "lies over another file" in told


def test_an_encrypted_file_is_refused(archive: Path) -> None:
    _change_listing(archive, b"verify.py", 8, b"\x01")

    exit_code, told = judge(archive)

    assert exit_code == 1
    assert "'verify.py': is encrypted" in told


def test_a_size_that_lies_is_found(archive: Path) -> None:
    _change_listing(archive, b"log.vkey", 24, struct.pack("<L", 9))

    exit_code, told = judge(archive)

    assert exit_code == 1
    assert "log.vkey" in told


def test_a_list_of_files_without_end_is_no_zip(archive: Path) -> None:
    raw = archive.read_bytes()
    end = raw.rindex(b"PK\x05\x06")
    many = raw[end : end + 12] + struct.pack("<LL", 2**30, 0) + raw[end + 20 :]
    with archive.open("wb") as file:
        file.write(MARK)
        file.truncate(2**30)
        file.seek(2**30)
        file.write(many)

    exit_code, told = judge(archive)

    assert exit_code == 1
    assert "is no whole zip" in told


BOMBS: dict[str, tuple[str, bytes]] = {
    "a manifest of nothings": ("manifest.json", b'{"files":[' + b"[]," * 5_000_000),
    "a deep manifest": ("manifest.json", b"[" * 10_000_000),
    "a checkpoint of lines": ("checkpoint", b"\n" * 60_000_000),
    "a key without end": ("log.vkey", b"+" * 60_000_000),
    "a bundle of nothing": ("tile/entries/000.p/20", bytes(60_000_000)),
    "a tile of nothing": ("tile/0/000.p/20", bytes(60_000_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("bomb", BOMBS)
def test_no_bomb_fills_the_memory(honest: Path, tmp_path: Path, bomb: str) -> None:
    name, content = BOMBS[bomb]
    folder = forging.copied(honest, tmp_path / "export")
    forging.put(folder / name, content)
    if name != "manifest.json":
        forging.relist(folder)

    exit_code, told, kilobytes = run_watched(folder, honest)

    assert exit_code == 1
    assert name in told
    assert kilobytes < MOST_KILOBYTES
