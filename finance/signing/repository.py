"""How signing finds keys, signatures and totals."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert

from finance.signing.model import (
    SIGNING_STATES,
    KeyState,
    Purpose,
    Signature,
    SignatureTotal,
    SigningKey,
)
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


async def get_key(uow: UnitOfWork, key_id: str, *, lock: bool = False) -> SigningKey:
    """Return a key; with ``lock`` nobody else can end it meanwhile."""
    row = await uow.session.get(SigningKey, key_id, with_for_update=lock)
    if row is None:
        raise NotFound(thing="signing key")
    return row


async def find_active(
    uow: UnitOfWork, party_id: PartyId, *, lock: bool = False, hold: bool = False
) -> SigningKey | None:
    """Return the key a party signs with now.

    With ``hold`` it cannot be ended before what it signs is on record.
    """
    query = select(SigningKey).where(
        SigningKey.party == party_id, SigningKey.state == KeyState.ACTIVE.value
    )
    if lock or hold:
        query = query.with_for_update(read=hold, key_share=hold)
    return await uow.session.scalar(query)


async def list_keys(
    uow: UnitOfWork,
    *,
    party_id: PartyId | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[SigningKey]:
    """Return keys, newest first: everybody's, or one party's."""
    query: Select[SigningKey] = select(SigningKey)
    if party_id is not None:
        query = query.where(SigningKey.party == party_id)
    return await fetch_page(
        uow.session, query, by=SigningKey.id, after=after, limit=limit
    )


async def list_waiting(
    uow: UnitOfWork, *, but_of: PartyId, limit: int = DEFAULT_PAGE
) -> Sequence[SigningKey]:
    """Return keys that wait to be put in use, the oldest first, save one party's."""
    rows = await uow.session.scalars(
        select(SigningKey)
        .where(SigningKey.state == KeyState.PENDING.value, SigningKey.party != but_of)
        .order_by(SigningKey.id)
        .limit(limit)
    )
    return rows.all()


async def find_signing(uow: UnitOfWork, *, party_id: PartyId) -> SigningKey | None:
    """Return the key a party signs with now, if it has one."""
    return await find_active(uow, party_id)


async def list_due(uow: UnitOfWork, now: datetime, limit: int) -> Sequence[SigningKey]:
    """Return keys whose time is over, leaving out those in other hands."""
    rows = await uow.session.scalars(
        select(SigningKey)
        .where(
            SigningKey.state.in_([state.value for state in SIGNING_STATES]),
            SigningKey.expires_at <= now,
        )
        .order_by(SigningKey.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return rows.all()


async def keep_new(uow: UnitOfWork, key: SigningKey) -> bool:
    """Store a key unless its bytes, or another active one of its party, are there."""
    values = {
        column.key: getattr(key, column.key) for column in SigningKey.__table__.columns
    }
    stored = await uow.session.scalar(
        insert(SigningKey)
        .values(values)
        .on_conflict_do_nothing()
        .returning(SigningKey.id)
    )
    return stored is not None


async def find_total(
    uow: UnitOfWork, purpose: Purpose, concerns: str
) -> SignatureTotal | None:
    """Return the one signature of an offer's pledges or of an agreement."""
    return await uow.session.scalar(
        select(SignatureTotal).where(
            SignatureTotal.purpose == purpose.value,
            SignatureTotal.concerns == concerns,
        )
    )


async def list_signed(
    uow: UnitOfWork, purpose: Purpose, subjects: Collection[str]
) -> list[tuple[Signature, SigningKey]]:
    """Return signatures of these subjects with their keys, the oldest first."""
    rows = await uow.session.execute(
        select(Signature, SigningKey)
        .join(SigningKey, SigningKey.id == Signature.key)
        .where(Signature.purpose == purpose.value, Signature.subject.in_(subjects))
        .order_by(Signature.id)
    )
    return [(signature, key) for signature, key in rows]


async def mark_totalled(
    uow: UnitOfWork, signatures: Collection[str], total: SignatureTotal
) -> None:
    """Say of signatures that they were verified and are part of a total."""
    await uow.session.execute(
        update(Signature)
        .where(Signature.id.in_(signatures))
        .values(total=total.id, verified_at=total.made_at)
    )


async def list_levels(uow: UnitOfWork, concerns: str) -> dict[str, str]:
    """Return how strongly each subject of an offer or loan was signed."""
    rows = await uow.session.execute(
        select(Signature.subject, Signature.level).where(Signature.concerns == concerns)
    )
    return {row.subject: row.level for row in rows}


async def list_signatures(
    uow: UnitOfWork,
    *,
    party_id: PartyId | None = None,
    concerns: str | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Signature]:
    """Return signatures, newest first: all, one party's, or those about something."""
    query: Select[Signature] = select(Signature)
    if party_id is not None:
        query = query.where(Signature.party == party_id)
    if concerns is not None:
        query = query.where(Signature.concerns == concerns)
    return await fetch_page(
        uow.session, query, by=Signature.id, after=after, limit=limit
    )


async def list_about(
    uow: UnitOfWork, *, purpose: Purpose, concerns: str
) -> Sequence[Signature]:
    """Return who signed something, in the order they did."""
    rows = await uow.session.scalars(
        select(Signature)
        .where(Signature.purpose == purpose.value, Signature.concerns == concerns)
        .order_by(Signature.id)
    )
    return rows.all()


async def list_totals(
    uow: UnitOfWork, *, after: str | None = None, limit: int = DEFAULT_PAGE
) -> Page[SignatureTotal]:
    """Return totals, newest first."""
    return await fetch_page(
        uow.session,
        select(SignatureTotal),
        by=SignatureTotal.id,
        after=after,
        limit=limit,
    )
