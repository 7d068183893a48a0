"""Give, recognise and take back API keys of the form ``tnl_<id>_<secret>``."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from sqlalchemy import select

from api.auth.access import STAFF, Caller, Role
from api.auth.errors import KeyRefused, StaffKey
from api.auth.events import KeyCreated, KeyRevoked
from api.auth.model import ApiKey
from finance import wallets
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId, new_id
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk import identity

SECRET_BYTES = 32
_SHOWN = re.compile(r"tnl_([0-7][0-9a-hjkmnp-tv-z]{25})_([0-9a-f]{64})", re.ASCII)
_NOBODY = bytes(hashlib.sha256().digest_size)


@dataclass(frozen=True)
class NewKey:
    """A key just made, with the only sight of its secret there will ever be."""

    key: ApiKey
    shown: str


async def create_key(uow: UnitOfWork, *, party: PartyId, role: Role) -> NewKey:
    """Give a party a key for one role."""
    key_id = new_id("key", uow.now())
    secret = secrets.token_hex(SECRET_BYTES)
    key = ApiKey(
        id=key_id,
        party=party,
        role=role.value,
        secret_sha256=_digest(secret),
        created_at=uow.now(),
    )
    uow.add(key)
    uow.record(KeyCreated(key_id, party, role.value))
    return NewKey(key, f"tnl_{key_id.removeprefix('key_')}_{secret}")


async def hand_first_key(uow: UnitOfWork, *, party: PartyId, role: Role) -> NewKey:
    """Give a newcomer a first key; whoever hands it over sees its secret.

    So it is refused where a key could open another's money: a second key, or a first
    one when there is a wallet already, is made on the platform's own machine only.

    Raises:
        KeyRefused: The party has a key, had one, or has a wallet.
    """
    await identity.get_party(uow, party_id=party, lock=True)
    known = await list_keys(uow, party=party, limit=1)
    if known.items or await wallets.list_purses(uow, party_id=party):
        raise KeyRefused
    return await create_key(uow, party=party, role=role)


async def find_caller(uow: UnitOfWork, *, shown: str) -> Caller | None:
    """Recognise a key as it was shown, or nobody; the compare takes constant time."""
    parts = _SHOWN.fullmatch(shown)
    if parts is None:
        return None
    key = await uow.session.get(ApiKey, f"key_{parts[1]}")
    kept = key.secret_sha256 if key is not None else _NOBODY
    matches = hmac.compare_digest(kept, _digest(parts[2]))
    if key is None or not matches or key.revoked_at is not None:
        return None
    return Caller(key.party, key.serves, key.id)


async def list_keys(
    uow: UnitOfWork,
    *,
    party: PartyId,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[ApiKey]:
    """List a party's keys, newest first."""
    query = select(ApiKey).where(ApiKey.party == party)
    return await fetch_page(uow.session, query, by=ApiKey.id, after=after, limit=limit)


async def revoke_client_key(uow: UnitOfWork, *, key_id: str) -> ApiKey:
    """Take a firm's or a lender's key back; nobody locks out those who watch them.

    Raises:
        StaffKey: The key is an operator's or a regulator's.
    """
    key = await uow.session.get(ApiKey, key_id)
    if key is not None and key.serves in STAFF:
        raise StaffKey
    return await revoke_key(uow, key_id=key_id)


async def revoke_key(uow: UnitOfWork, *, key_id: str) -> ApiKey:
    """Take a key back; taking it back again changes nothing."""
    key = await uow.session.get(ApiKey, key_id, with_for_update=True)
    if key is None:
        raise NotFound(thing="key")
    if key.revoked_at is None:
        key.revoke(uow.now())
        uow.record(KeyRevoked(key.id, key.party))
    return key


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
