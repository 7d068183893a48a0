"""What raising tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ledger.money import Money
from ledger.outbox import Event


@dataclass(frozen=True)
class OfferOpened(Event):
    """An offer takes pledges; its terms are fixed from now on."""

    type = "offer.opened"
    about = "offer_id"

    offer_id: str
    product: str
    subject: str
    issuer: str
    target: Money
    cap: Money
    min_pledge: Money
    step: Money
    opens_at: datetime
    deadline_at: datetime


@dataclass(frozen=True)
class PledgePlaced(Event):
    """A party promised money, and it is held."""

    type = "pledge.placed"
    about = "pledge_id"

    pledge_id: str
    offer_id: str
    party_id: str
    amount: Money


@dataclass(frozen=True)
class PledgeWithdrawn(Event):
    """A party thought again in time, and its money is free."""

    type = "pledge.withdrawn"
    about = "pledge_id"

    pledge_id: str
    offer_id: str
    party_id: str
    amount: Money


@dataclass(frozen=True)
class OfferFunded(Event):
    """The target was reached, and every pledge became money in escrow."""

    type = "offer.funded"
    about = "offer_id"
    heard: ClassVar[bool] = True

    offer_id: str
    product: str
    subject: str
    issuer: str
    raised: Money
    pledges: int


@dataclass(frozen=True)
class OfferFailed(Event):
    """The deadline came before the target, and every pledge was let go."""

    type = "offer.failed"
    about = "offer_id"
    heard: ClassVar[bool] = True

    offer_id: str
    product: str
    subject: str
    pledged: Money
    pledges: int


@dataclass(frozen=True)
class OfferCancelled(Event):
    """The offer was stopped before its end, and every pledge was let go."""

    type = "offer.cancelled"
    about = "offer_id"
    heard: ClassVar[bool] = True
    personal = frozenset({"reason"})

    offer_id: str
    product: str
    subject: str
    reason: str
    pledges: int
