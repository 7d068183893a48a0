"""How raising finds things."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select, update

from finance.raising.model import Offer, OfferStatus, Pledge, PledgeStatus, Product
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


async def get_offer(uow: UnitOfWork, offer_id: str) -> Offer:
    """Return an offer."""
    return _found(await uow.session.get(Offer, offer_id))


async def get_terms_hash(uow: UnitOfWork, offer_id: str) -> bytes:
    """Return the hash of what an offer promises; it never changes, so nothing is locked."""
    query = select(Offer.terms_sha256).where(Offer.id == offer_id)
    found = await uow.session.scalar(query)
    if found is None:
        raise NotFound(thing="offer")
    return found


async def get_offer_for_update(uow: UnitOfWork, offer_id: str) -> Offer:
    """Return an offer and keep others from pledging, withdrawing or closing."""
    query = select(Offer).where(Offer.id == offer_id).with_for_update()
    return _found(await uow.session.scalar(query))


async def get_pledge_and_offer_for_update(
    uow: UnitOfWork, pledge_id: str, party_id: PartyId
) -> tuple[Pledge, Offer]:
    """Return a party's own pledge with its offer; the offer is locked first."""
    own = (Pledge.id == pledge_id) & (Pledge.party == party_id)
    holder = select(Pledge.offer).where(own).scalar_subquery()
    offer = await uow.session.scalar(
        select(Offer).where(Offer.id == holder).with_for_update()
    )
    pledge = await uow.session.scalar(select(Pledge).where(own).with_for_update())
    if offer is None or pledge is None:
        raise NotFound(thing="pledge")
    return pledge, offer


async def get_pledge(uow: UnitOfWork, pledge_id: str, party_id: PartyId) -> Pledge:
    """Return a party's own pledge; another's does not exist for it."""
    pledge = await uow.session.get(Pledge, pledge_id)
    if pledge is None or pledge.party != party_id:
        raise NotFound(thing="pledge")
    return pledge


async def is_known(uow: UnitOfWork, pledge_id: str) -> bool:
    """Say whether there is a pledge with this id, whosever it is."""
    return await uow.session.get(Pledge, pledge_id) is not None


async def sum_pledged(uow: UnitOfWork, offer_id: str, party_id: PartyId) -> int:
    """Return what a party has pledged to an offer, in minor units."""
    total = await uow.session.scalar(
        select(func.sum(Pledge.amount_minor)).where(
            Pledge.offer == offer_id,
            Pledge.party == party_id,
            Pledge.status == PledgeStatus.HELD.value,
        )
    )
    return int(total or 0)


async def find_last_reflection(uow: UnitOfWork, offer_id: str) -> datetime | None:
    """Return when the last standing pledge can no longer be withdrawn."""
    return await uow.session.scalar(
        select(func.max(Pledge.reflection_until)).where(
            Pledge.offer == offer_id, Pledge.status == PledgeStatus.HELD.value
        )
    )


async def list_of_offer(
    uow: UnitOfWork, offer_id: str, status: PledgeStatus
) -> Sequence[Pledge]:
    """Return all pledges of an offer in one status, in the order they were placed."""
    rows = await uow.session.scalars(
        select(Pledge)
        .where(Pledge.offer == offer_id, Pledge.status == status.value)
        .order_by(Pledge.id)
    )
    return rows.all()


async def end_held(
    uow: UnitOfWork, offer_id: str, status: PledgeStatus, at: datetime
) -> None:
    """End every standing pledge of an offer in one statement."""
    await uow.session.execute(
        update(Pledge)
        .where(Pledge.offer == offer_id, Pledge.status == PledgeStatus.HELD.value)
        .values(status=status.value, ended_at=at)
    )


async def list_due_for_update(
    uow: UnitOfWork, now: datetime, limit: int
) -> Sequence[Offer]:
    """Return open offers whose outcome is certain, leaving out those in other hands."""
    reflecting = exists().where(
        Pledge.offer == Offer.id,
        Pledge.status == PledgeStatus.HELD.value,
        Pledge.reflection_until > now,
    )
    rows = await uow.session.scalars(
        select(Offer)
        .where(
            Offer.status == OfferStatus.OPEN.value,
            or_(Offer.deadline_at <= now, Offer.pledged_minor == Offer.cap_minor),
            or_(Offer.pledged_minor < Offer.target_minor, ~reflecting),
        )
        .order_by(Offer.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return rows.all()


async def list_offers(
    uow: UnitOfWork,
    *,
    status: OfferStatus | None = None,
    product: Product | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Offer]:
    """Return offers, newest first."""
    query: Select[Offer] = select(Offer)
    if status is not None:
        query = query.where(Offer.status == status.value)
    if product is not None:
        query = query.where(Offer.product == product.value)
    return await fetch_page(uow.session, query, by=Offer.id, after=after, limit=limit)


async def list_pledges(
    uow: UnitOfWork,
    *,
    party_id: PartyId,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Pledge]:
    """Return a party's own pledges, newest first."""
    query: Select[Pledge] = select(Pledge).where(Pledge.party == party_id)
    return await fetch_page(uow.session, query, by=Pledge.id, after=after, limit=limit)


async def list_offer_pledges(
    uow: UnitOfWork,
    *,
    offer_id: str,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Pledge]:
    """Return everybody's pledges to an offer, newest first."""
    query: Select[Pledge] = select(Pledge).where(Pledge.offer == offer_id)
    return await fetch_page(uow.session, query, by=Pledge.id, after=after, limit=limit)


def _found(offer: Offer | None) -> Offer:
    if offer is None:
        raise NotFound(thing="offer")
    return offer
