"""Two people for what must not be one person's word, bound to the exact request."""

from finance.approvals.errors import (
    ApprovalDecided,
    ApprovalExpired,
    OwnCase,
    ProposalWaiting,
    RequestChanged,
    SamePerson,
)
from finance.approvals.forgetting import forget_notes, list_notes
from finance.approvals.model import Approval, ApprovalStatus
from finance.approvals.repository import (
    find_pending,
    find_pending_about,
    get_approval,
    list_pending,
    list_waiting,
)
from finance.approvals.service import (
    approve,
    decline,
    propose,
    request_hash,
    require_stranger,
)

__all__ = [
    "Approval",
    "ApprovalDecided",
    "ApprovalExpired",
    "ApprovalStatus",
    "OwnCase",
    "ProposalWaiting",
    "RequestChanged",
    "SamePerson",
    "approve",
    "decline",
    "find_pending",
    "find_pending_about",
    "forget_notes",
    "get_approval",
    "list_notes",
    "list_pending",
    "list_waiting",
    "propose",
    "request_hash",
    "require_stranger",
]
