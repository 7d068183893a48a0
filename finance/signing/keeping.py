"""What people can do with signing keys: register, put in use, replace, revoke."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from contracts import bls, signing
from contracts.keys import ProvenKey, Vault
from contracts.signing import SuccessionMessage
from finance.signing import repository
from finance.signing.errors import (
    OwnSigningKey,
    SigningKeyInUse,
    SigningKeyMissing,
    SigningKeyTaken,
)
from finance.signing.events import (
    SigningKeyActivated,
    SigningKeyExpired,
    SigningKeyRegistered,
    SigningKeyRevoked,
    SigningKeySucceeded,
)
from finance.signing.model import SIGNING_STATES, Holder, KeyState, SigningKey
from ledger.database import UnitOfWork
from ledger.errors import NotFound, ensure, existing
from ledger.ids import PartyId, new_id
from risk import identity

LIFE: Final = timedelta(days=730)
GIVING_WAY: Final = timedelta(days=7)
EXPIRE_BATCH: Final = 200


@dataclass(frozen=True)
class Custody:
    """What signing for owners takes: their sealed keys' vault, and the platform's name.

    The name is the audit log's origin; it is part of every message, so that a signature
    of one installation says nothing in another.
    """

    vault: Vault
    platform: str


@dataclass(frozen=True)
class Shown:
    """A public key with the proof of possession its owner made."""

    public: bytes
    proof: bytes


async def register_key(
    uow: UnitOfWork, *, party_id: PartyId, shown: Shown
) -> SigningKey:
    """Take in a key whose secret its owner keeps; it waits until an operator puts it in use.

    Raises:
        KeyUnproven: The proof does not hold.
        SigningKeyTaken: Somebody registered these bytes before.
    """
    await identity.get_party(uow, party_id)
    return await _take_in(uow, party_id, shown)


async def make_key(
    uow: UnitOfWork, *, party_id: PartyId, custody: Custody
) -> SigningKey:
    """Make a key whose secret we hold for its owner, in use at once.

    Raises:
        PartyNotVerified: Nobody has checked yet who this is.
        SigningKeyInUse: The party signs with another key.
    """
    party = await identity.get_party(uow, party_id)
    party.require_verified()
    key = _new_held(uow, party_id, custody)
    if not await repository.keep_new(uow, key):
        raise SigningKeyInUse
    return await repository.get_key(uow, key.id)


async def held_key(uow: UnitOfWork, party_id: PartyId, custody: Custody) -> SigningKey:
    """Return the key a party signs with; made for it, held by us, when there is none.

    Until the transaction ends nobody can end it: what it signs stands in the log before.

    Raises:
        SigningKeyMissing: It has had keys, and none of them is in use.
    """
    known = await repository.find_active(uow, party_id, hold=True)
    if known is not None:
        return known
    before = await repository.list_keys(uow, party_id=party_id, limit=1)
    if not before.items:
        key = _new_held(uow, party_id, custody)
        if not await repository.keep_new(uow, key):
            uow.recorded[-2:] = []
    # Another command of the same party may have made one just now.
    made = await repository.find_active(uow, party_id, hold=True)
    if made is None:
        raise SigningKeyMissing
    return made


async def activate_key(
    uow: UnitOfWork, *, key_id: str, operator_id: PartyId
) -> SigningKey:
    """Say that a registered key is its party's, so that it signs.

    Raises:
        OwnSigningKey: It is the operator's own.
        PartyNotVerified: Nobody has checked yet who the party is.
        SigningKeyInUse: The party signs with another key.
    """
    key = await repository.get_key(uow, key_id, lock=True)
    if key.party == operator_id:
        raise OwnSigningKey
    party = await identity.get_party(uow, key.party, lock=True)
    party.require_verified()
    if await repository.find_active(uow, PartyId(key.party)) is not None:
        raise SigningKeyInUse
    _activate(uow, key)
    return key


async def succeed_key(
    uow: UnitOfWork,
    *,
    party_id: PartyId,
    shown: Shown,
    consent: bytes,
    platform: str,
) -> SigningKey:
    """Let a new key of the owner's take the place of the one in use, which signs that.

    Raises:
        SigningKeyMissing: No key is in use.
        KeyUnproven, SignatureInvalid: The proof or the consent does not hold.
        SigningKeyTaken: Somebody registered these bytes before.
    """
    old = await repository.find_active(uow, party_id, lock=True)
    if old is None:
        raise SigningKeyMissing
    message = SuccessionMessage(platform, party_id, old.public, shown.public)
    signing.Signed(old.proven, message.encoded(), consent).require_valid()
    new = await _take_in(uow, party_id, shown)
    old.give_way(uow.now() + GIVING_WAY)
    await uow.session.flush()
    uow.record(
        SigningKeySucceeded(
            old.id,
            party_id,
            new.id,
            consent.hex(),
            existing(old.expires_at, "a key that was in use ends"),
        )
    )
    _activate(uow, new)
    return new


async def revoke_key(
    uow: UnitOfWork,
    *,
    key_id: str,
    by: PartyId,
    reason: str,
    party_id: PartyId | None = None,
) -> SigningKey:
    """Stop a key from now on: its owner's, or for an operator (no ``party_id``) any.

    Raises:
        NotFound: It is another party's.
        SigningKeyEnded: It signs no more already.
    """
    key = await repository.get_key(uow, key_id, lock=True)
    if party_id is not None and key.party != party_id:
        raise NotFound(thing="signing key")
    key.end(KeyState.REVOKED, uow.now())
    uow.record(SigningKeyRevoked(key.id, key.party, by, reason))
    return key


async def expire_keys(uow: UnitOfWork, *, limit: int = EXPIRE_BATCH) -> int:
    """End keys whose time is over, some at a time; return how many."""
    due = await repository.list_due(uow, uow.now(), limit)
    for key in due:
        key.end(KeyState.EXPIRED, uow.now())
        uow.record(SigningKeyExpired(key.id, key.party))
    return len(due)


def sign_held(key: SigningKey, message: bytes, custody: Custody) -> bytes:
    """Sign with a key we hold; nothing of the secret outlives the call."""
    key.require(*SIGNING_STATES)
    sealed = existing(key.sealed, "only a key we hold is used for its owner")
    return custody.vault.sign(sealed, key.public, message)


async def _take_in(uow: UnitOfWork, party_id: PartyId, shown: Shown) -> SigningKey:
    ProvenKey.of(shown.public, shown.proof)
    key = _new(uow, party_id, shown, Holder.OWNER)
    if not await repository.keep_new(uow, key):
        raise SigningKeyTaken
    _tell_registered(uow, key)
    return await repository.get_key(uow, key.id)


def _new_held(uow: UnitOfWork, party_id: PartyId, custody: Custody) -> SigningKey:
    made = custody.vault.make()
    ensure(len(made.public) == bls.KEY_BYTES, "the vault makes keys of the scheme")
    key = _new(uow, party_id, Shown(made.public, made.proof), Holder.PLATFORM)
    key.sealed = made.sealed
    _tell_registered(uow, key)
    _activate(uow, key)
    return key


def _new(
    uow: UnitOfWork, party_id: PartyId, shown: Shown, holder: Holder
) -> SigningKey:
    return SigningKey(
        id=new_id("sgn", uow.now()),
        party=party_id,
        holder=holder.value,
        public=shown.public,
        proof=shown.proof,
        state=KeyState.PENDING.value,
        registered_at=uow.now(),
    )


def _tell_registered(uow: UnitOfWork, key: SigningKey) -> None:
    uow.record(
        SigningKeyRegistered(
            key.id, key.party, key.holder, key.public.hex(), key.proof.hex()
        )
    )


def _activate(uow: UnitOfWork, key: SigningKey) -> None:
    until = uow.now() + LIFE
    key.activate(uow.now(), until)
    uow.record(SigningKeyActivated(key.id, key.party, until))
