"""Count what is asked of the database, to see that it does not grow with the rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from ledger.database import Database


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """Write down every statement that goes to the database."""
    seen: list[str] = []

    def note(*asked: object) -> None:
        seen.append(str(asked[2]))

    engine = db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
