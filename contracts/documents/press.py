"""Print documents as PDF/A-3 by Typst: the same source always gives the same bytes."""

import hashlib
import threading
from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Final

import typst

from contracts.agreement import Document
from contracts.documents.sources import Source
from ledger.errors import ensure

STANDARD: Final = "a-3a"
MEDIA_TYPE: Final = "application/pdf"
_HERE: Final = Path(__file__).parent


class Language(StrEnum):
    """The languages documents are written in."""

    KHMER = "km"
    ENGLISH = "en"


class Press:
    """A Typst compiler with our fonts only, so that no machine prints differently.

    It may be used from several threads; one prints at a time.
    """

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[_HERE / "fonts"],
        )
        self._compiler = typst.Compiler(root=_HERE / "templates", font_paths=fonts)
        self._turn = threading.Lock()

    def print(self, source: Source, language: Language) -> Document:
        """Print a document in one language."""
        inputs = {
            "source": source.encoded.decode(),
            "source_sha256": source.sha256.hex(),
            "language": language.value,
        }
        with self._turn:
            printed = self._compiler.compile(
                _HERE / "templates" / f"{source.kind}.typ",
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=[STANDARD],
                timestamp=datetime.combine(source.made_on, time(), UTC),
            )
        content = bytes(printed) if isinstance(printed, bytes) else b""
        ensure(content, "a document is printed as one file")
        return Document(content, hashlib.sha256(content).hexdigest(), MEDIA_TYPE)
