"""Which scorecard decides and which only watches: changed by two people, kept for good."""

from finance.scorecards.errors import ScorecardUnproven, ScorecardUnreadable
from finance.scorecards.events import ScorecardAdopted
from finance.scorecards.model import Role
from finance.scorecards.repository import find_card, find_in_use, list_adoptions
from finance.scorecards.service import (
    KIND,
    approve_adoption,
    decline_adoption,
    propose_adoption,
)

__all__ = [
    "KIND",
    "Role",
    "ScorecardAdopted",
    "ScorecardUnproven",
    "ScorecardUnreadable",
    "approve_adoption",
    "decline_adoption",
    "find_card",
    "find_in_use",
    "list_adoptions",
    "propose_adoption",
]
