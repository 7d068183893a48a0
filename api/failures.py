"""Say of a failure what helps to find it, and nothing that may be somebody's data."""

import traceback

from sqlalchemy.exc import DBAPIError

from ledger.database import sqlstate
from ledger.errors import InvariantBroken, Unavailable

MAX_FRAMES = 8


def describe(error: Exception) -> dict[str, str | list[str]]:
    """Return the fields of a log line: kind, place, and words that are our own.

    The text of any other error may repeat a value from a request or a row.
    """
    cause = error.__cause__ if isinstance(error, Unavailable) else error
    return {
        "error": type(error).__name__,
        "words": str(error) if isinstance(error, InvariantBroken | Unavailable) else "",
        "sqlstate": sqlstate(cause) if isinstance(cause, DBAPIError) else "",
        "frames": traceback.format_tb(error.__traceback__)[-MAX_FRAMES:],
    }
