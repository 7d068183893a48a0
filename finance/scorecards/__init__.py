"""Which scorecard decides and which only watches: changed by two people, kept for good."""

from finance.scorecards.errors import (
    ScorecardUnexplained,
    ScorecardUnproven,
    ScorecardUnreadable,
)
from finance.scorecards.events import ScorecardAdopted
from finance.scorecards.model import Role
from finance.scorecards.repository import (
    KIND,
    Adopted,
    Waiting,
    find_artefact,
    find_card,
    find_in_use,
    get_artefact,
    list_adoptions,
    list_waiting,
)
from finance.scorecards.service import (
    approve_adoption,
    decline_adoption,
    propose_adoption,
)

__all__ = [
    "KIND",
    "Adopted",
    "Role",
    "ScorecardAdopted",
    "ScorecardUnexplained",
    "ScorecardUnproven",
    "ScorecardUnreadable",
    "Waiting",
    "approve_adoption",
    "decline_adoption",
    "find_artefact",
    "find_card",
    "find_in_use",
    "get_artefact",
    "list_adoptions",
    "list_waiting",
    "propose_adoption",
]
