"""The pages' own files, each at an address that changes with its bytes."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MEDIA_TYPES = {
    "tonle.css": "text/css",
    "tonle.svg": "image/svg+xml",
    "upload.js": "text/javascript",
    "keys.js": "text/javascript",
    "noble-bls.js": "text/javascript",
    "khmer.woff2": "font/woff2",
    "khmer-bold.woff2": "font/woff2",
}
DIGEST_LETTERS = 12


@dataclass(frozen=True)
class StaticFile:
    """A file as it is served."""

    body: bytes
    media_type: str
    address: str


@cache
def all_files() -> dict[str, StaticFile]:
    """Read the files once; the key is the last part of the address."""
    found = {}
    for name, media_type in MEDIA_TYPES.items():
        body = (files("api.portal") / "static" / name).read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:DIGEST_LETTERS]
        stem, _, ending = name.partition(".")
        shown = f"{stem}.{digest}.{ending}"
        found[shown] = StaticFile(body, media_type, f"/static/{shown}")
    return found


@cache
def address(name: str) -> str:
    """Return where a file is served."""
    stem, _, ending = name.partition(".")
    return next(
        file.address
        for shown, file in all_files().items()
        if shown.startswith(f"{stem}.") and shown.endswith(f".{ending}")
    )
