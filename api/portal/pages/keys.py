"""Signing keys of whoever is signed in, and what was signed with them."""

from dataclasses import dataclass

from fastapi import Response

from api.auth import Caller
from api.http.callers import Signatory
from api.portal.desk import At, Desk
from api.portal.fields import Text
from api.portal.guard import make_pages
from api.wire import SigningKeyRef
from finance import signing
from finance.signing import Custody, Signature, SigningKey
from ledger.database import UnitOfWork
from ledger.errors import Unavailable
from ledger.ids import PartyId

router = make_pages()


@dataclass(frozen=True)
class Ring:
    """Somebody's keys and the last of their signatures, newest first."""

    keys: list[SigningKey]
    signatures: list[Signature]

    @property
    def has_one(self) -> bool:
        """Say whether a key waits or signs, so that no other is made beside it."""
        return any(key.signs or key.state == "pending" for key in self.keys)


@router.get("/keys")
async def show_keys(desk: At, caller: Signatory) -> Response:
    """Show one's signing keys and signatures."""
    return await _page(desk, caller)


@router.post("/keys")
async def make_key(desk: At, caller: Signatory) -> Response:
    """Have a key made that the platform holds."""
    return await desk.act(
        lambda uow: signing.make_key(
            uow, party_id=caller.party, custody=_custody(desk)
        ),
        done="/keys?done=key_made",
        again=lambda again: _page(again, caller),
    )


@router.post("/keys/{signing_key_id}/revoke")
async def revoke_key(
    signing_key_id: SigningKeyRef, desk: At, caller: Signatory, reason: Text
) -> Response:
    """Stop a key of one's own."""
    return await desk.act(
        lambda uow: signing.revoke_key(
            uow,
            key_id=signing_key_id,
            by=caller.party,
            reason=reason,
            party_id=caller.party,
        ),
        done="/keys?done=key_revoked",
        again=lambda again: _page(again, caller),
    )


def _custody(desk: Desk) -> Custody:
    if desk.custody is None:
        raise Unavailable("this installation has no vault for signing keys")
    return desk.custody


async def _page(desk: Desk, caller: Caller) -> Response:
    ring = await desk.db.read(_read, party=caller.party)
    return desk.page("keys.html", ring=ring)


async def _read(uow: UnitOfWork, *, party: PartyId) -> Ring:
    keys = await signing.list_keys(uow, party_id=party)
    signatures = await signing.list_signatures(uow, party_id=party)
    return Ring(keys.items, signatures.items)
