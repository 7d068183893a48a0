"""Remember the newest head of each log in a small SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from ledger.audit.tree import EMPTY_ROOT

WAIT_SECONDS = 5
_TABLE = """
CREATE TABLE IF NOT EXISTS head (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,
    note TEXT NOT NULL, origin_hash TEXT NOT NULL UNIQUE
) STRICT
"""
# One statement compares and sets, so of two at once one finds the other's head.
_PUT = """
INSERT INTO head (origin, size, root, note, origin_hash) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (origin) DO UPDATE
SET size = excluded.size, root = excluded.root, note = excluded.note
WHERE head.size = ? AND head.root = ?
RETURNING size
"""


class Seen(NamedTuple):
    """The newest head cosigned for a log, as it is published."""

    size: int
    root: bytes
    note: str


NOTHING = Seen(0, EMPTY_ROOT, "")


class Store:
    """The heads a witness has cosigned; several processes may share the file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._open() as connection:
            connection.execute(_TABLE)

    def get(self, origin: str) -> Seen:
        """Return the newest head of a log; of an unknown one the empty tree."""
        query = "SELECT size, root, note FROM head WHERE origin = ?"
        return self._find(query, origin) or NOTHING

    def find_by_hash(self, origin_hash: str) -> Seen | None:
        """Find the newest head of a log by the SHA-256 of its origin, in hex."""
        query = "SELECT size, root, note FROM head WHERE origin_hash = ?"
        return self._find(query, origin_hash)

    def put(self, origin: str, before: Seen, now: Seen, *, origin_hash: str) -> bool:
        """Put a head in the place of the one before; false when that has changed.

        When this returns true the head is on disk.
        """
        with self._open() as connection:
            values = (origin, *now, origin_hash, before.size, before.root)
            return connection.execute(_PUT, values).fetchone() is not None

    def _find(self, query: str, value: str) -> Seen | None:
        with self._open() as connection:
            row = connection.execute(query, (value,)).fetchone()
        return Seen(*row) if row else None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        # Without an isolation level each statement is its own transaction.
        connection = sqlite3.connect(
            self._file, timeout=WAIT_SECONDS, isolation_level=None
        )
        with closing(connection):
            connection.execute("PRAGMA synchronous = EXTRA")
            yield connection
