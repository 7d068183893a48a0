"""What approvals tell."""

from dataclasses import dataclass
from typing import ClassVar

from ledger.outbox import Event


@dataclass(frozen=True)
class ApprovalProposed(Event):
    """One person asked for something that needs two."""

    type: ClassVar[str] = "approval.proposed"
    about: ClassVar[str] = "approval"

    approval: str
    kind: str
    concerns: str
    request_hash: str
    proposed_by: str


@dataclass(frozen=True)
class ApprovalGiven(Event):
    """A second person agreed."""

    type: ClassVar[str] = "approval.given"
    about: ClassVar[str] = "approval"

    approval: str
    kind: str
    concerns: str
    decided_by: str


@dataclass(frozen=True)
class ApprovalDeclined(Event):
    """A second person disagreed."""

    type: ClassVar[str] = "approval.declined"
    about: ClassVar[str] = "approval"

    approval: str
    kind: str
    concerns: str
    decided_by: str
