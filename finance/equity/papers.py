"""What is written for those who buy shares: key information, and their subscription."""

from contracts import documents
from contracts.agreement import Party
from contracts.documents import Shares, Source, Subscription
from finance import raising
from finance.equity import repository
from finance.equity.model import ShareClass
from finance.raising import Offer, Pledge
from ledger.database import UnitOfWork
from risk import identity


async def share_information(uow: UnitOfWork, *, offer: Offer) -> Source:
    """Write the key information sheet of an offer of shares."""
    share = await repository.get_share_class(uow, offer.subject)
    return documents.share_information(
        await raising.invitation(uow, offer), _shares(share)
    )


async def share_subscription(
    uow: UnitOfWork, *, pledge: Pledge, offer: Offer
) -> Source:
    """Write what somebody subscribed to by a pledge."""
    share = await repository.get_share_class(uow, offer.subject)
    holder = await identity.get_party(uow, party_id=pledge.party)
    by = Subscription(
        pledge.id,
        Party(holder.id, holder.name),
        pledge.placed_at,
        pledge.reflection_until,
        pledge.amount,
    )
    return documents.share_subscription(
        await raising.invitation(uow, offer), _shares(share), by
    )


def _shares(share: ShareClass) -> Shares:
    return Shares(share.id, share.name, share.price, share.authorised)
