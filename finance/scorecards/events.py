"""What the change of a scorecard tells."""

from dataclasses import dataclass

from ledger.outbox import Event


@dataclass(frozen=True)
class ScorecardAdopted(Event):
    """Two people put a scorecard into a role; the one before stays on record."""

    type = "scorecard.adopted"
    about = "approval"

    approval: str
    role: str
    version: str
    sha256: str
    replaces_sha256: str | None
