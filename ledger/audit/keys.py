"""Keep the log's signing keys in files only their owner can read."""

from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import private_files
from ledger.audit.note import Signer, is_name
from ledger.errors import Unavailable, ensure

_OTHERS = 0o077
_HEAD = "tonle-log-key/v1"


def load_or_create_signer(path: Path, origin: str) -> Signer:
    """Read the log key of a file, or make one there when there is none.

    The file holds one line: ``tonle-log-key/v1``, the origin, and the 32 secret bytes
    in hex. Two that start at once end up with the same key.

    Raises:
        Unavailable: The file is not a key of this origin, or others can read it.
    """
    secret = read_or_make_secret(
        path,
        _HEAD,
        origin,
        make=lambda: Ed25519PrivateKey.generate().private_bytes_raw(),
    )
    try:
        return Signer(origin, Ed25519PrivateKey.from_private_bytes(secret))
    except ValueError as error:
        raise Unavailable("the log key file is damaged; restore it") from error


def read_or_make_secret(
    path: Path, head: str, origin: str, *, make: Callable[[], bytes]
) -> bytes:
    """Read the secret of a log from the one line of a file, or write a new one there.

    Raises:
        Unavailable: The file is not a key of this origin, or others can read it.
    """
    ensure(is_name(origin), "an origin has no spaces and no plus sign")

    def new_line() -> bytes:
        return f"{head} {origin} {make().hex()}\n".encode()

    line = private_files.read_or_make(path, new_line).decode()
    if path.stat().st_mode & _OTHERS:
        raise Unavailable(f"others can read the log key; run: chmod 600 {path}")
    kind, name, secret, *rest = [*line.split(), "", "", ""]
    if kind != head or name != origin or any(rest):
        raise Unavailable(f"the log key file is not a key of {origin}; check its path")
    try:
        return bytes.fromhex(secret)
    except ValueError as error:
        raise Unavailable("the log key file is damaged; restore it") from error
