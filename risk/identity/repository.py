"""How identity finds parties."""

from collections.abc import Collection

from sqlalchemy import select

from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk.identity.model import Firm, KycState, Party


async def get_party(uow: UnitOfWork, party_id: str, *, lock: bool = False) -> Party:
    """Return one party, or refuse; with ``lock`` others wait for what we do with it."""
    query = select(Party).where(Party.id == party_id)
    if lock:
        query = query.with_for_update()
    party = await uow.session.scalar(query)
    if party is None:
        raise NotFound(thing="party")
    return party


async def get_names(uow: UnitOfWork, party_ids: Collection[str]) -> dict[str, str]:
    """Return what parties are called, by their ids."""
    rows = await uow.session.execute(
        select(Party.id, Party.name).where(Party.id.in_(party_ids))
    )
    return {party: name for party, name in rows}  # noqa: C416 - rows are no pairs to mypy


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


async def find_firm(uow: UnitOfWork, *, party_id: str) -> Firm | None:
    """Return what is known of a party's business, if somebody described it."""
    return await uow.session.get(Firm, party_id)


async def leads_group(uow: UnitOfWork, party_id: str) -> bool:
    """Say whether other firms belong to a party."""
    found = await uow.session.scalar(
        select(Firm.party).where(Firm.head == party_id).limit(1)
    )
    return found is not None
