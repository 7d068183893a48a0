"""Secrets are readable by their owner alone, and made once however many ask."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_bytes

from ledger import private_files


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_secret_is_made_once_and_read_ever_after(tmp_path: Path) -> None:
    file = tmp_path / "new" / "secret"

    made = private_files.read_or_make(file, lambda: b"first")
    again = private_files.read_or_make(file, lambda: b"second")

    assert made == again == b"first"
    assert (mode_of(file), mode_of(file.parent)) == (0o600, 0o700)
    assert list(file.parent.iterdir()) == [file]


def test_all_who_start_at_once_read_the_same_secret(tmp_path: Path) -> None:
    file = tmp_path / "secret"

    with ThreadPoolExecutor(8) as starters:
        asked = [
            starters.submit(private_files.read_or_make, file, lambda: token_bytes(32))
            for _ in range(64)
        ]
        read = {one.result() for one in asked}

    assert read == {file.read_bytes()}


def test_what_is_written_anew_is_whole_and_private(tmp_path: Path) -> None:
    file = tmp_path / "people"
    file.write_bytes(b"a longer text that others could read")
    file.chmod(0o644)

    private_files.write(file, b"short")

    assert file.read_bytes() == b"short"
    assert mode_of(file) == 0o600
