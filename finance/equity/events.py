"""What equity tells."""

from dataclasses import dataclass

from ledger.money import Money
from ledger.outbox import Event


@dataclass(frozen=True)
class ShareClassCreated(Event):
    """A firm has a class of shares, and so many may be issued."""

    type = "share_class.created"
    about = "share_id"

    share_id: str
    issuer: str
    price: Money
    authorised: int


@dataclass(frozen=True)
class ShareOfferReviewed(Event):
    """A first operator recommends the offer, on exactly these terms."""

    type = "share_offer.reviewed"
    about = "share_id"

    share_id: str
    approval_id: str
    reviewer: str


@dataclass(frozen=True)
class ShareOfferApproved(Event):
    """A second operator agreed; the shares are offered."""

    type = "share_offer.approved"
    about = "share_id"

    share_id: str
    offer_id: str
    approver: str


@dataclass(frozen=True)
class SharesIssued(Event):
    """Shares were written into the register against the money raised."""

    type = "shares.issued"
    about = "share_id"

    share_id: str
    offer_id: str
    units: int
    holders: int
    raised: Money
    fee: Money
