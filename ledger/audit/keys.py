"""Keep the log's signing key in a file only its owner can read."""

import os
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.audit.note import Signer, is_name
from ledger.errors import Unavailable, ensure

_OWNER_ONLY = 0o600
_OTHERS = 0o077
_HEAD = "tonle-log-key/v1"


def load_or_create_signer(path: Path, origin: str) -> Signer:
    """Read the log key of a file, or make one there when there is none.

    The file holds one line: ``tonle-log-key/v1``, the origin, and the 32 secret bytes
    in hex. Two that start at once end up with the same key.

    Raises:
        Unavailable: The file is not a key of this origin, or others can read it.
    """
    ensure(is_name(origin), "an origin has no spaces and no plus sign")
    if not path.exists():
        _create(path, origin)
    if path.stat().st_mode & _OTHERS:
        raise Unavailable(f"others can read the log key; run: chmod 600 {path}")
    return _read(path, origin)


def _create(path: Path, origin: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(opened, "w") as file:
        file.write(f"{_HEAD} {origin} {secret}\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()


def _read(path: Path, origin: str) -> Signer:
    head, name, secret, *rest = [*path.read_text().split(), "", "", ""]
    if head != _HEAD or name != origin or any(rest):
        raise Unavailable(f"the log key file is not a key of {origin}; check its path")
    try:
        return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))
    except ValueError as error:
        raise Unavailable("the log key file is damaged; restore it") from error
