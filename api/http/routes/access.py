"""Who am I, and keys for others."""

from datetime import datetime
from typing import Literal

from api import auth
from api.auth import Role
from api.http.callers import Known, Operator
from api.http.depends import Db
from api.http.router import make_router
from api.wire import Cut, In, KeyRef, Out, PageOut, PartyRef

router = make_router("access")


class CallerOut(Out):
    """A caller as the platform knows them."""

    party: str
    role: Role
    key: str


class KeyIn(In):
    """A key asked for; staff get theirs from whoever runs the platform."""

    role: Literal["sme", "lender"]


class KeyOut(Out):
    """A key, without its secret."""

    id: str
    party: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None


class NewKeyOut(KeyOut):
    """A key just made; the secret is shown this once."""

    secret: str

    @classmethod
    def of(cls, new: auth.NewKey) -> "NewKeyOut":
        """Show a new key."""
        return cls(**KeyOut.model_validate(new.key).model_dump(), secret=new.shown)


@router.get("/me")
async def who_am_i(caller: Known) -> CallerOut:
    """Tell who the key belongs to."""
    return CallerOut.model_validate(caller)


@router.post("/parties/{party_id}/keys", status_code=201)
async def create_key(party_id: PartyRef, body: KeyIn, db: Db, _: Operator) -> NewKeyOut:
    """Give a firm or a lender its first key, before it has a wallet."""
    new = await db.transact(auth.hand_first_key, party=party_id, role=Role(body.role))
    return NewKeyOut.of(new)


@router.get("/parties/{party_id}/keys")
async def list_keys(
    party_id: PartyRef, db: Db, cut: Cut, _: Operator
) -> PageOut[KeyOut]:
    """List the keys of a party."""
    page = await db.read(
        auth.list_keys, party=party_id, after=cut.after, limit=cut.limit
    )
    return PageOut[KeyOut].of(page, KeyOut.model_validate)


@router.delete("/keys/{key_id}")
async def revoke_key(key_id: KeyRef, db: Db, _: Operator) -> KeyOut:
    """Take a firm's or a lender's key back."""
    key = await db.transact(auth.revoke_client_key, key_id=key_id)
    return KeyOut.model_validate(key)
