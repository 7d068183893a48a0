"""Keep secrets in files that only their owner can read, whole or not at all."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_OWNER_ONLY = 0o600
_OWN_FOLDER = 0o700


def read_or_make(file: Path, make: Callable[[], bytes]) -> bytes:
    """Return what a file keeps; the first who asks makes it, and all read the same."""
    if not file.exists():
        draft = _draft(file, make())
        with suppress(FileExistsError):
            file.hardlink_to(draft)
        draft.unlink()
    return file.read_bytes()


def write(file: Path, content: bytes) -> None:
    """Put content in the place of what the file kept."""
    _draft(file, content).replace(file)


def _draft(file: Path, content: bytes) -> Path:
    file.parent.mkdir(mode=_OWN_FOLDER, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(opened, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return draft
