"""Take signatures one by one, and make one of many when all are there."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from contracts import signing
from contracts.errors import SignersInvalid
from contracts.signing import SignatureLevel, Signed
from finance.signing import keeping, repository
from finance.signing.events import SignatureMade, SignaturesTotalled
from finance.signing.keeping import Custody
from finance.signing.model import (
    Holder,
    Purpose,
    Signature,
    SignatureTotal,
    SignerRole,
    SigningKey,
)
from ledger.database import UnitOfWork
from ledger.ids import PartyId, new_id


@dataclass(frozen=True)
class Act:
    """Who signs what: the exact message, the pledge or loan it is, and where it belongs.

    ``concerns`` is the offer of a pledge, or the loan of an agreement.
    """

    purpose: Purpose
    concerns: str
    subject: str
    party: PartyId
    role: SignerRole
    message: bytes


@dataclass(frozen=True)
class Gathered:
    """Signatures as they were read, to be made into one outside a transaction."""

    ids: tuple[str, ...]
    signed: tuple[Signed, ...]


def platform_of(custody: Custody | None) -> str:
    """Return the platform's name in messages; empty where nothing is signed."""
    return custody.platform if custody else ""


async def sign(
    uow: UnitOfWork, *, act: Act, custody: Custody | None, given: bytes | None = None
) -> Signature:
    """Take somebody's word and put it on record; see ``prepare``."""
    signature = await prepare(uow, act=act, custody=custody, given=given)
    keep(uow, signature)
    return signature


async def prepare(
    uow: UnitOfWork, *, act: Act, custody: Custody | None, given: bytes | None = None
) -> Signature:
    """Take somebody's word: their own signature, ours for them, or a click.

    It is on record when it was given to ``keep``; so signing, which takes time, can be
    done before something is locked that others wait for.

    A signature that was given is verified here. One made with a key we hold is verified
    before it becomes part of a total: making it costs a quarter of checking it. Without
    custody, or when the owner keeps the key and gave no signature, it is a click.

    Raises:
        SignatureInvalid: The signature given does not hold.
        SigningKeyMissing: The party's keys were revoked or have expired.
    """
    if custody is None:
        return _new(uow, act)
    key = await keeping.held_key(uow, act.party, custody)
    if given is not None:
        Signed(key.proven, act.message, given).require_valid()
        return _new(uow, act, key=key, signature=given, verified=True)
    if key.holder == Holder.OWNER:
        return _new(uow, act)
    signature = keeping.sign_held(key, act.message, custody)
    return _new(uow, act, key=key, signature=signature)


def keep(uow: UnitOfWork, row: Signature) -> None:
    """Put a signature on record, here and in the log."""
    uow.add(row)
    uow.record(
        SignatureMade(
            row.id,
            row.party,
            row.role,
            row.purpose,
            row.concerns,
            row.subject,
            row.level,
            row.key or "",
            hashlib.sha256(row.message).hexdigest(),
            row.signature.hex() if row.signature else "",
        )
    )


async def gather(
    uow: UnitOfWork, *, purpose: Purpose, concerns: str, subjects: Collection[str]
) -> Gathered | None:
    """Read the signatures of these subjects; None when there is nothing to be done."""
    if await repository.find_total(uow, purpose, concerns) is not None:
        return None
    rows = await repository.list_signed(uow, purpose, subjects)
    return _gathered(rows) if rows else None


async def keep_total(
    uow: UnitOfWork,
    *,
    purpose: Purpose,
    concerns: str,
    gathered: Gathered,
    total: bytes,
) -> SignatureTotal:
    """Keep the one signature made of many that were verified; once, however often asked."""
    known = await repository.find_total(uow, purpose, concerns)
    if known is not None:
        return known
    keys = {one.key.public for one in gathered.signed}
    row = SignatureTotal(
        id=new_id("sgt", uow.now()),
        purpose=purpose.value,
        concerns=concerns,
        signature=total,
        signers=len(gathered.signed),
        keys=len(keys),
        made_at=uow.now(),
    )
    uow.add(row)
    await uow.session.flush()
    await repository.mark_totalled(uow, gathered.ids, row)
    uow.record(
        SignaturesTotalled(
            row.id, row.purpose, concerns, row.signers, row.keys, total.hex()
        )
    )
    return row


async def total_agreement(
    uow: UnitOfWork, *, loan_id: str, parties: Collection[str]
) -> SignatureTotal:
    """Make the signatures of an agreement's parties one, each verified alone.

    Raises:
        SignersInvalid: One of the parties did not sign, somebody else did, or two of
            them with one key.
        SignatureInvalid: One of them does not hold.
    """
    await uow.session.flush()
    purpose = Purpose.AGREEMENT
    rows = await repository.list_signed(uow, purpose, [loan_id])
    gathered = _gathered(rows)
    if sorted(row.party for row, _ in rows) != sorted(parties):
        raise SignersInvalid(reason="not the parties")
    total = signing.aggregate_common(gathered.signed)
    return await keep_total(
        uow, purpose=purpose, concerns=loan_id, gathered=gathered, total=total
    )


def _gathered(rows: Sequence[tuple[Signature, SigningKey]]) -> Gathered:
    whole = [(row, key) for row, key in rows if row.signature is not None]
    return Gathered(
        tuple(row.id for row, _ in whole),
        tuple(
            Signed(key.proven, row.message, row.signature or b"") for row, key in whole
        ),
    )


def _new(
    uow: UnitOfWork,
    act: Act,
    *,
    key: SigningKey | None = None,
    signature: bytes | None = None,
    verified: bool = False,
) -> Signature:
    level = SignatureLevel.CLICK if key is None else SignatureLevel.BLS
    return Signature(
        id=new_id("sig", uow.now()),
        party=act.party,
        role=act.role.value,
        purpose=act.purpose.value,
        concerns=act.concerns,
        subject=act.subject,
        message=act.message,
        level=level.value,
        key=key.id if key else None,
        signature=signature,
        signed_at=uow.now(),
        verified_at=uow.now() if verified else None,
    )
