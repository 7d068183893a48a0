"""Keep the log's signing key in a file only its owner can read."""

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
    ensure(is_name(origin), "an origin has no spaces and no plus sign")
    line = private_files.read_or_make(path, lambda: _new_line(origin)).decode()
    if path.stat().st_mode & _OTHERS:
        raise Unavailable(f"others can read the log key; run: chmod 600 {path}")
    return _read(line, origin)


def _new_line(origin: str) -> bytes:
    secret = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    return f"{_HEAD} {origin} {secret}\n".encode()


def _read(line: str, origin: str) -> Signer:
    head, name, secret, *rest = [*line.split(), "", "", ""]
    if head != _HEAD or name != origin or any(rest):
        raise Unavailable(f"the log key file is not a key of {origin}; check its path")
    try:
        return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))
    except ValueError as error:
        raise Unavailable("the log key file is damaged; restore it") from error
