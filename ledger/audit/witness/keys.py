"""Keep a witness's key in a file only its owner can read."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import private_files
from ledger.audit.cosigning import Cosigner
from ledger.audit.note import is_name
from ledger.errors import Unavailable

_OTHERS = 0o077
_HEAD = "tonle-witness-key/v1"


def make_cosigner(path: Path, name: str) -> Cosigner:
    """Make a witness's key; a file that is there is left as it is.

    Raises:
        Unavailable: The name cannot be used, or the file is the key of another.
    """
    if not is_name(name):
        raise Unavailable("a witness's name has no spaces and no plus sign")
    private_files.read_or_make(path, lambda: _new_line(name))
    cosigner = load_cosigner(path)
    if cosigner.name != name:
        raise Unavailable(f"{path} is the key of {cosigner.name} already")
    return cosigner


def load_cosigner(path: Path) -> Cosigner:
    """Read a witness's key.

    Raises:
        Unavailable: There is none, it is damaged, or others can read it.
    """
    if not path.exists():
        raise Unavailable(f"there is no key at {path}; run: tonle witness init")
    if path.stat().st_mode & _OTHERS:
        raise Unavailable(f"others can read the witness key; run: chmod 600 {path}")
    head, name, secret, *rest = [*path.read_text("utf-8").split(), "", "", ""]
    try:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    except ValueError:
        key = None
    if key is None or head != _HEAD or any(rest):
        raise Unavailable("the witness key file is damaged; restore it")
    return Cosigner(name, key)


def _new_line(name: str) -> bytes:
    secret = Ed25519PrivateKey.generate().private_bytes_raw().hex()
    return f"{_HEAD} {name} {secret}\n".encode()
