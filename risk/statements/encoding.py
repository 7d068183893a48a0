"""Turn a file's bytes into text, and say early what is no text at all."""

import codecs
import re

from risk.statements.errors import StatementBinary, StatementOtherFormat

_OTHER_DOCUMENTS = (b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x1f\x8b")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# SWIFT envelopes and banks use a few control characters; others mean binary.
_CONTROLS_ALLOWED = frozenset(b"\t\n\v\f\r\x01\x02\x03\x1a\x1b\x1e")
_CONTROLS = bytes(byte for byte in range(32) if byte not in _CONTROLS_ALLOWED)
_SAMPLE_BYTES = 65_536


def require_text(content: bytes) -> None:
    """Refuse documents of other kinds and bytes that no text holds."""
    if content.startswith(_OTHER_DOCUMENTS):
        raise StatementOtherFormat
    if content.lstrip().startswith((b"{", b"[")) and not _is_swift(content):
        raise StatementOtherFormat
    if content.startswith(_UTF16):
        return
    if b"\0" in content:
        raise StatementBinary
    sample = content[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    # One stray control byte is a bank's blemish; one in a hundred is a picture.
    if controls * 100 > len(sample):
        raise StatementBinary


def _is_swift(content: bytes) -> bool:
    """Say whether a brace opens a SWIFT envelope and not JSON."""
    return re.match(rb"\s*\{[1-5]:", content) is not None


def decode(content: bytes) -> str:
    r"""Return the text with Unix line ends.

    UTF-8 and UTF-16 by mark, else UTF-8, else Windows-1252, the banks' usual second.

    Raises:
        StatementBinary: The text of UTF-16 holds characters of no text.
    """
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise StatementBinary
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise StatementBinary


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith(_UTF16):
        return ("utf-16",)
    return ("utf-8-sig", "cp1252", "latin-1")


def line_at(text: str, position: int) -> int:
    """Return the line number, from 1, of a place in a text."""
    return text.count("\n", 0, position) + 1
