"""Signing keys: registered with proof, held for those who have no device, replaced, revoked."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from api.auth import Role
from api.http.callers import Known, Operator, Signatory
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.wire import Cut, In, Out, PageOut, PartyRef, SigningKeyRef, Words
from finance import signing
from finance.signing import Holder, KeyState, Shown, SigningKey

router = make_router("signing_keys")

PublicKey = Annotated[str, StringConstraints(pattern="^[0-9a-f]{96}$")]
SignatureText = Annotated[str, StringConstraints(pattern="^[0-9a-f]{192}$")]


class SigningKeyIn(In):
    """A public key and the proof that one has its secret, in hexadecimal."""

    public_key: PublicKey
    proof: SignatureText

    def to_shown(self) -> Shown:
        """Return the bytes."""
        return Shown(bytes.fromhex(self.public_key), bytes.fromhex(self.proof))


class SuccessionIn(SigningKeyIn):
    """A new key, and the old one's signature that it takes its place."""

    consent: SignatureText


class RevocationIn(In):
    """Why a key may sign no more."""

    reason: Words


class SigningKeyOut(Out):
    """A signing key; ``holder`` says whether its owner or the platform has the secret."""

    id: str
    party: str
    holder: Holder
    state: KeyState
    public_key: str
    proof: str
    registered_at: datetime
    activated_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, key: SigningKey) -> "SigningKeyOut":
        """Show a key."""
        return cls(
            id=key.id,
            party=key.party,
            holder=Holder(key.holder),
            state=KeyState(key.state),
            public_key=key.public.hex(),
            proof=key.proof.hex(),
            registered_at=key.registered_at,
            activated_at=key.activated_at,
            expires_at=key.expires_at,
            ended_at=key.ended_at,
        )


@router.post("/signing-keys", status_code=201)
async def register_signing_key(
    body: SigningKeyIn, db: Db, caller: Signatory
) -> SigningKeyOut:
    """Register a key whose secret stays with its owner; an operator puts it in use."""
    key = await db.transact(
        signing.register_key, party_id=caller.party, shown=body.to_shown()
    )
    return SigningKeyOut.of(key)


@router.post("/signing-keys/held", status_code=201)
async def make_signing_key(
    db: Db, outside: Outside, caller: Signatory
) -> SigningKeyOut:
    """Have the platform make and hold a key, used when its owner signs."""
    key = await db.transact(
        signing.make_key, party_id=caller.party, custody=outside.keeper
    )
    return SigningKeyOut.of(key)


@router.post("/signing-keys/succession", status_code=201)
async def succeed_signing_key(
    body: SuccessionIn, db: Db, outside: Outside, caller: Signatory
) -> SigningKeyOut:
    """Let a new key take the place of the one in use, which signs that it does."""
    key = await db.transact(
        signing.succeed_key,
        party_id=caller.party,
        shown=body.to_shown(),
        consent=bytes.fromhex(body.consent),
        platform=outside.keeper.platform,
    )
    return SigningKeyOut.of(key)


@router.get("/signing-keys")
async def list_signing_keys(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[SigningKeyOut]:
    """List one's own keys, newest first; staff see all, or those of one party."""
    page = await db.read(
        signing.list_keys,
        party_id=caller.within(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[SigningKeyOut].of(page, SigningKeyOut.of)


@router.post("/signing-keys/{signing_key_id}/activate")
async def activate_signing_key(
    signing_key_id: SigningKeyRef, db: Db, operator: Operator
) -> SigningKeyOut:
    """Say that a registered key is its party's, so that it signs."""
    key = await db.transact(
        signing.activate_key, key_id=signing_key_id, operator_id=operator.party
    )
    return SigningKeyOut.of(key)


@router.post("/signing-keys/{signing_key_id}/revoke")
async def revoke_signing_key(
    signing_key_id: SigningKeyRef, body: RevocationIn, db: Db, caller: Signatory
) -> SigningKeyOut:
    """Stop a key: one's own, or for an operator anybody's."""
    key = await db.transact(
        signing.revoke_key,
        key_id=signing_key_id,
        by=caller.party,
        reason=body.reason,
        party_id=None if caller.role is Role.OPERATOR else caller.party,
    )
    return SigningKeyOut.of(key)
