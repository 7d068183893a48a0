"""What an offer says of itself on paper, whatever it raises money for."""

from contracts.agreement import Party
from contracts.documents import Invitation
from finance.raising.model import Offer
from ledger.clock import business_date
from ledger.database import UnitOfWork
from risk import identity


async def invitation(uow: UnitOfWork, offer: Offer) -> Invitation:
    """Return the part of an offer's documents that is the same for every product."""
    issuer = await identity.get_party(uow, party_id=offer.issuer)
    return Invitation(
        offer.id,
        business_date(offer.opens_at),
        offer.deadline_at,
        Party(issuer.id, issuer.name),
        offer.target,
        offer.cap,
        offer.min_pledge,
        offer.reflection_days,
        offer.terms_sha256,
    )
