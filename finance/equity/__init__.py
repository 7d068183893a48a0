"""Sell shares of a firm, all or nothing, into a register that is ledger accounts."""

from finance.equity.errors import (
    NotEnoughShares,
    ShareClassMalformed,
    ShareClassNotWaiting,
    TargetNotWhole,
)
from finance.equity.model import ShareClass, ShareClassStatus
from finance.equity.papers import share_information, share_subscription
from finance.equity.register import Holding, list_holdings
from finance.equity.repository import get_share_class, list_share_classes
from finance.equity.service import (
    MOST_SHARES,
    allot_founders,
    approve_share_offer,
    create_share_class,
    fail_offer,
    issue_shares,
    review_share_offer,
)

__all__ = [
    "MOST_SHARES",
    "Holding",
    "NotEnoughShares",
    "ShareClass",
    "ShareClassMalformed",
    "ShareClassNotWaiting",
    "ShareClassStatus",
    "TargetNotWhole",
    "allot_founders",
    "approve_share_offer",
    "create_share_class",
    "fail_offer",
    "get_share_class",
    "issue_shares",
    "list_holdings",
    "list_share_classes",
    "review_share_offer",
    "share_information",
    "share_subscription",
]
