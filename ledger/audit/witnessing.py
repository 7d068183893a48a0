"""Publish heads with the cosignatures of witnesses, and say what to ask them.

A head without the quorum of the policy is published as it is, unwitnessed. What a
witness signed is kept and never changed.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ledger.audit.cosigning import Cosignature
from ledger.audit.model import CheckpointRow, CosignatureRow
from ledger.audit.policy import Policy, Witness
from ledger.audit.proofs import consistency_ranges
from ledger.audit.subtrees import fetch_hashes
from ledger.audit.witness import Submission
from ledger.database import UnitOfWork

_HEADS_LOOKED_AT = 100


@dataclass(frozen=True)
class PublishedHead:
    """A signed head, with the lines of the witnesses who cosigned it."""

    size: int
    root: bytes
    note: str
    at: datetime
    witnesses: tuple[str, ...] = ()
    is_witnessed: bool = False


@dataclass(frozen=True)
class Asking:
    """What to ask a witness: to cosign the newest head."""

    witness: Witness
    size: int
    submission: Submission


@dataclass(frozen=True)
class WitnessStanding:
    """The largest head a witness has cosigned, and when; neither while there is none."""

    name: str
    size: int = 0
    at: datetime | None = None


async def list_standings(
    uow: UnitOfWork, policy: Policy | None
) -> list[WitnessStanding]:
    """Say how far each witness of the policy has come."""
    standings = []
    for one in policy.witnesses if policy else ():
        last = await _find_last(uow, one)
        standing = WitnessStanding(one.name, last.size, last.at) if last else None
        standings.append(standing or WitnessStanding(one.name))
    return standings


async def find_head(
    uow: UnitOfWork, policy: Policy | None = None, *, size: int | None = None
) -> PublishedHead | None:
    """Find a head by its size, or the newest one."""
    query = select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1)
    if size is not None:
        query = query.where(CheckpointRow.size == size)
    row = await uow.session.scalar(query)
    return (await _published(uow, [row], policy))[0] if row else None


async def find_witnessed_head(
    uow: UnitOfWork, policy: Policy | None
) -> PublishedHead | None:
    """Find the newest head that has the policy's quorum, among the last hundred."""
    if policy is None:
        return None
    query = select(CheckpointRow).order_by(CheckpointRow.size.desc())
    if not policy.is_met_by(()):
        cosigned = select(CosignatureRow.size)
        query = query.where(CheckpointRow.size.in_(cosigned))
    rows = (await uow.session.scalars(query.limit(_HEADS_LOOKED_AT))).all()
    heads = await _published(uow, rows, policy)
    return next((head for head in heads if head.is_witnessed), None)


async def _published(
    uow: UnitOfWork, rows: Sequence[CheckpointRow], policy: Policy | None
) -> list[PublishedHead]:
    """Join heads with the cosignatures of the policy's witnesses, in its order."""
    lines: defaultdict[int, dict[str, str]] = defaultdict(dict)
    sizes = [row.size for row in rows]
    if policy:
        query = select(CosignatureRow).where(CosignatureRow.size.in_(sizes))
        for kept in await uow.session.scalars(query):
            lines[kept.size][kept.witness] = kept.line
    return [_head_of(row, lines[row.size], policy) for row in rows]


def _head_of(
    row: CheckpointRow, lines: dict[str, str], policy: Policy | None
) -> PublishedHead:
    known = policy.witnesses if policy else ()
    signed = [one for one in known if str(one.key) in lines]
    return PublishedHead(
        row.size,
        row.root,
        row.note
        + "".join(lines[str(one.key)] for one in signed)
        + "".join(lines[key] for key in _beside(policy) if key in lines),
        row.at,
        tuple(one.name for one in signed),
        policy is not None and policy.is_met_by([one.key for one in signed]),
    )


def _beside(policy: Policy | None) -> tuple[str, ...]:
    return policy.beside if policy else ()


async def list_asking(uow: UnitOfWork, policy: Policy) -> list[Asking]:
    """Say what to ask the witnesses who have not cosigned the newest head."""
    head = await uow.session.scalar(
        select(CheckpointRow).order_by(CheckpointRow.size.desc()).limit(1)
    )
    if head is None:
        return []
    asking = []
    for one in policy.witnesses:
        last = await _find_last(uow, one)
        size = last.size if last else 0
        if one.url and size < head.size:
            asking.append(Asking(one, head.size, await _submission(uow, head, size)))
    return asking


async def submit_again(uow: UnitOfWork, asking: Asking, old_size: int) -> Asking | None:
    """Say what to ask a witness who knows another size than we thought.

    ``None`` when it knows a larger log than this head's.
    """
    head = await uow.session.get(CheckpointRow, asking.size)
    if head is None or old_size > head.size:
        return None
    submission = await _submission(uow, head, old_size)
    return Asking(asking.witness, head.size, submission)


async def keep_cosignatures(
    uow: UnitOfWork, size: int, found: Collection[Cosignature]
) -> None:
    """Keep what witnesses signed under a head; the first of each stays."""
    for one in found:
        values = {
            "witness": str(one.key),
            "size": size,
            "line": one.line,
            "at": one.at,
        }
        await uow.session.execute(
            insert(CosignatureRow).values(values).on_conflict_do_nothing()
        )


async def keep_beside(
    uow: UnitOfWork, size: int, *, vkey: str, line: str, at: datetime
) -> None:
    """Keep a line that stands beside those of the witnesses; the first stays."""
    values = {"witness": vkey, "size": size, "line": line, "at": at}
    statement = insert(CosignatureRow).values(values)
    await uow.session.execute(statement.on_conflict_do_nothing())


async def _find_last(uow: UnitOfWork, one: Witness) -> CosignatureRow | None:
    query = select(CosignatureRow).where(CosignatureRow.witness == str(one.key))
    return await uow.session.scalar(query.order_by(CosignatureRow.size.desc()).limit(1))


async def _submission(uow: UnitOfWork, head: CheckpointRow, old: int) -> Submission:
    ranges = consistency_ranges(old, head.size) if old else []
    proof = await fetch_hashes(uow.session, ranges)
    return Submission(old, tuple(proof), head.note)
