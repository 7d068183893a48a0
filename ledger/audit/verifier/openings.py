"""Check what opens commitments: salt and value must be what the entry committed to."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from ledger.audit.verifier.answers import Tampered, require
from ledger.audit.verifier.files import OPENINGS, Export
from ledger.audit.verifier.forms import canonical, read_canonical

LINE_BYTES = 64 * 1024
OPENING = {"event": str, "field": str, "salt": str, "seq": int}
SALT_BYTES = range(16, 256)


def opened(export: Export) -> BinaryIO:
    """Open the file of openings; an export for everyone has none."""
    return export.open(OPENINGS) if OPENINGS in export.sizes else BytesIO()


@dataclass
class Openings:
    """The lines of an export's openings, in the order of the entries."""

    file: BinaryIO
    line: int = 0
    next: Any = None

    def __post_init__(self) -> None:
        """Read the first line."""
        self.advance()

    @property
    def place(self) -> str:
        """Return where the reader is."""
        return f"{OPENINGS} line {self.line}"

    def advance(self) -> None:
        """Read the next line; None behind the last."""
        raw, self.next = self.file.readline(LINE_BYTES), None
        self.line += 1
        if raw:
            require(raw.endswith(b"\n"), self.place, "is cut short")
            read = read_canonical(raw[:-1], self.place)
            is_ours = isinstance(read, dict) and "value" in read
            shape = (
                {key: type(read[key]) for key in read if key != "value"}
                if is_ours
                else {}
            )
            require(shape == OPENING, self.place, "opens nothing")
            self.next = read

    def match(self, entry: Any) -> None:
        """Check what is opened of an entry."""
        while self.next and self.next["seq"] == entry["seq"]:
            field, digest = self.next["field"], _commitment(self.next, self.place)
            is_of = self.next["event"] == entry["event"]
            is_right = is_of and entry["commitments"].get(field) == digest
            require(
                is_right, self.place, f"does not open {field!a} of entry {entry['seq']}"
            )
            self.advance()

    def close(self) -> str:
        """Say how many values were opened; none may be left."""
        require(self.next is None, self.place, "opens an entry that is not its turn")
        return f", {self.line - 1} values opened" if self.line > 1 else ""


def _commitment(opening: Any, place: str) -> str:
    try:
        salt, field = bytes.fromhex(opening["salt"]), opening["field"].encode("ascii")
    except ValueError:
        raise Tampered(place, "has a malformed salt or field") from None
    require(len(salt) in SALT_BYTES, place, "has a salt that is too short or too long")
    parts = b"commit/v1\0" + field + b"\0" + bytes([len(salt)]) + salt
    return hashlib.sha256(parts + canonical(opening["value"])).hexdigest()
