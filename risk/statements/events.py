"""What statements tell."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.outbox import Event


@dataclass(frozen=True)
class StatementReceived(Event):
    """A party gave a statement, and it was read completely."""

    type: ClassVar[str] = "statement.received"
    about: ClassVar[str] = "statement"

    statement: str
    party: str
    sha256: str
    format: str
    currency: str
    lines: int
    verdict: str


@dataclass(frozen=True)
class ColumnsNamed(Event):
    """Somebody named the columns below a row of headings, for files to come."""

    type: ClassVar[str] = "columns.named"
    about: ClassVar[str] = "column_map"

    column_map: str
    fingerprint: str
    version: int
    named_by: str


@dataclass(frozen=True)
class StatementTurnedAway(Event):
    """A party gave a file that could not be taken."""

    type: ClassVar[str] = "statement.turned_away"
    about: ClassVar[str] = "refusal"
    personal: ClassVar[frozenset[str]] = frozenset({"file_name"})

    refusal: str
    party: str
    sha256: str
    code: str
    line: int
    file_name: str
