"""How identity finds parties."""

from sqlalchemy import select

from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk.identity.model import KycState, Party


async def get_party(uow: UnitOfWork, party_id: str, *, lock: bool = False) -> Party:
    """Return one party, or refuse; with ``lock`` others wait for what we do with it."""
    query = select(Party).where(Party.id == party_id)
    if lock:
        query = query.with_for_update()
    party = await uow.session.scalar(query)
    if party is None:
        raise NotFound(thing="party")
    return party


async def list_parties(
    uow: UnitOfWork,
    *,
    kyc: KycState | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Party]:
    """Return a page of parties, newest first."""
    query = select(Party)
    if kyc is not None:
        query = query.where(Party.kyc == kyc)
    return await fetch_page(uow.session, query, by=Party.id, after=after, limit=limit)
