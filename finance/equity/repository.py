"""How equity finds classes of shares."""

from sqlalchemy import select

from finance.equity.model import ShareClass
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


async def get_share_class(
    uow: UnitOfWork, share_id: str, *, lock: bool = False
) -> ShareClass:
    """Return a class of shares, locked when it is to change."""
    row = await uow.session.get(ShareClass, share_id, with_for_update=lock)
    if row is None:
        raise NotFound(thing="share class")
    return row


async def find_class_of(uow: UnitOfWork, offer_id: str) -> ShareClass | None:
    """Return the class an offer raises money for, locked."""
    return await uow.session.scalar(
        select(ShareClass).where(ShareClass.offer == offer_id).with_for_update()
    )


async def list_share_classes(
    uow: UnitOfWork,
    *,
    issuer_id: PartyId | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[ShareClass]:
    """Return classes of shares, newest first: all, or one firm's."""
    query = select(ShareClass)
    if issuer_id is not None:
        query = query.where(ShareClass.issuer == issuer_id)
    return await fetch_page(
        uow.session, query, by=ShareClass.id, after=after, limit=limit
    )
