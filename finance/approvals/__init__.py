"""Two people for what must not be one person's word, bound to the exact request."""

from finance.approvals.errors import (
    ApprovalDecided,
    ApprovalExpired,
    ProposalWaiting,
    RequestChanged,
    SamePerson,
)
from finance.approvals.model import Approval, ApprovalStatus
from finance.approvals.service import (
    approve,
    decline,
    get_approval,
    list_pending,
    propose,
    request_hash,
)

__all__ = [
    "Approval",
    "ApprovalDecided",
    "ApprovalExpired",
    "ApprovalStatus",
    "ProposalWaiting",
    "RequestChanged",
    "SamePerson",
    "approve",
    "decline",
    "get_approval",
    "list_pending",
    "propose",
    "request_hash",
]
