"""Hand out proofs: of an entry, of growth, and receipts of what concerns somebody.

A proof is a C2SP tlog-proof that carries its entry as extra data, so that one file is
all a reader needs beside the keys it trusts.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, or_, select

from ledger.audit.errors import (
    EntryNotThere,
    NothingSealed,
    ReceiptTooLong,
    TileNotThere,
)
from ledger.audit.model import AuditEntryRow, TileRow
from ledger.audit.note import base64_of
from ledger.audit.policy import Policy
from ledger.audit.proofs import consistency_ranges, inclusion_ranges
from ledger.audit.subtrees import fetch_hashes
from ledger.audit.tree import HASH_BYTES, TILE_WIDTH, width_of
from ledger.audit.verifier.receipts import RECEIPT_BYTES, RECEIPT_COMMAS
from ledger.audit.witnessing import PublishedHead, find_head, find_witnessed_head
from ledger.canonical import canonical
from ledger.database import UnitOfWork
from ledger.ids import read_id
from ledger.outbox import EventRow

RECEIPT_FORMAT = "tonle-receipt/1"
MOST_PROOFS = 2_000
MARK = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class Receipt:
    """A file that proves that entries about something lie under a signed head."""

    content: bytes
    entries: int
    head: PublishedHead


@dataclass(frozen=True)
class Concern:
    """What a receipt is about: events of a subject that name a thing.

    Without types every event of the subject is meant. ``beside`` are more subjects whose
    events are meant where they name the thing. ``accounts`` leaves out the parts of
    journal entries that touch none of them: they concern others. It may be empty.
    """

    about: str
    subject: str
    types: Collection[str] = ()
    accounts: Collection[str] | None = None
    beside: Collection[str] = ()


async def find_provable_head(
    uow: UnitOfWork, policy: Policy | None, *, above: int = 0
) -> PublishedHead:
    """Return the newest witnessed head above an entry, or else the newest head.

    Raises:
        NothingSealed: There is none.
    """
    witnessed = await find_witnessed_head(uow, policy)
    if witnessed is not None and witnessed.size > above:
        return witnessed
    newest = await find_head(uow, policy)
    if newest is None or newest.size <= above:
        raise NothingSealed
    return newest


async def prove_entry(
    uow: UnitOfWork, seq: int, *, policy: Policy | None, actor: str | None = None
) -> str:
    """Return the proof of an entry; with an actor only of what that one did.

    Raises:
        EntryNotThere: There is no such entry, or it is another's.
    """
    row = await uow.session.get(AuditEntryRow, seq)
    if row is None or not (actor is None or _is_by(row, actor)):
        raise EntryNotThere
    head = await find_provable_head(uow, policy, above=seq)
    (proof,) = await _prove(uow, [row], head)
    return proof


def _is_by(row: AuditEntryRow, actor: str) -> bool:
    # Names stand in order and "actor" is the first of them.
    return row.canonical.startswith(f'{{"actor":"{actor}",'.encode())


async def prove_growth(uow: UnitOfWork, old_size: int, size: int) -> list[bytes]:
    """Return the hashes that show how the log grew from one size to another.

    Raises:
        EntryNotThere: The log has not that many entries, or the sizes are turned.
    """
    head = await find_head(uow)
    if head is None or not 0 < old_size <= size <= head.size:
        raise EntryNotThere
    return await fetch_hashes(uow.session, consistency_ranges(old_size, size))


async def give_receipt(
    uow: UnitOfWork,
    concern: Concern,
    *,
    policy: Policy | None,
    ways: Sequence[Mapping[str, object]] = (),
) -> Receipt:
    """Return the receipt of what was sealed about something.

    ``ways`` lead from balances or shares to the count the receipt is about.

    Raises:
        EntryNotThere: Nothing about it is sealed yet.
        ReceiptTooLong: It is more than a verifier takes in one file.
    """
    rows = await _list_about(uow, concern)
    if len(rows) > MOST_PROOFS:
        raise ReceiptTooLong(most=MOST_PROOFS)
    if not rows:
        raise EntryNotThere
    return await _write_receipt(
        uow, rows, about=concern.about, policy=policy, ways=ways
    )


async def find_receipt(
    uow: UnitOfWork, told: Collection[UUID], *, about: str, policy: Policy | None
) -> Receipt | None:
    """Return the receipt of all that a command told; None while some is not sealed."""
    query = select(AuditEntryRow).where(AuditEntryRow.event.in_(told))
    rows = (await uow.session.scalars(query.order_by(AuditEntryRow.seq))).all()
    if {row.event for row in rows if _is_whole(row, rows)} != {*told} or not rows:
        return None
    return await _write_receipt(uow, rows, about=about, policy=policy)


def _is_whole(row: AuditEntryRow, rows: Sequence[AuditEntryRow]) -> bool:
    """Tell whether a long journal entry is there with every part."""
    if row.part == 0:
        return True
    parts: int = json.loads(row.canonical)["data"]["parts"]
    return sum(one.event == row.event for one in rows) == parts


async def _write_receipt(
    uow: UnitOfWork,
    rows: Sequence[AuditEntryRow],
    *,
    about: str,
    policy: Policy | None,
    ways: Sequence[Mapping[str, object]] = (),
) -> Receipt:
    head = await find_provable_head(uow, policy, above=rows[-1].seq)
    content = canonical(
        {
            "about": about,
            "format": RECEIPT_FORMAT,
            "policy": policy.raw.decode(errors="replace") if policy else "",
            "proofs": await _prove(uow, rows, head),
            **({"ways": ways} if ways else {}),
        }
    )
    if len(content) >= RECEIPT_BYTES or content.count(b",") > RECEIPT_COMMAS:
        raise ReceiptTooLong(most=len(rows) - 1)
    return Receipt(content + b"\n", len(rows), head)


async def _list_about(uow: UnitOfWork, concern: Concern) -> Sequence[AuditEntryRow]:
    """Return what is sealed of a concern, one more than a receipt holds at most."""
    wanted = EventRow.subject == concern.subject
    if concern.types:
        wanted = and_(wanted, EventRow.type.in_(concern.types))
    if concern.beside:
        wanted = or_(wanted, EventRow.subject.in_(concern.beside))
    is_named = or_(
        EventRow.subject == concern.about,
        _holds(cast(EventRow.data, Text), concern.about),
    )
    query = select(EventRow.id, EventRow.refs).where(wanted, is_named)
    found = (await uow.session.execute(query.limit(MOST_PROOFS + 1))).all()
    events = [read_id("evt", id_) for id_, _ in found]
    posted = [read_id("entry", id_) for _, refs in found for id_ in refs]
    whole = func.convert_from(AuditEntryRow.canonical, "UTF8")
    touches = [_holds(whole, account) for account in concern.accounts or ()]
    is_part = and_(AuditEntryRow.event.in_(posted), AuditEntryRow.part > 0)
    if concern.accounts is not None:
        is_part = and_(is_part, or_(false(), *touches))
    is_event = and_(AuditEntryRow.event.in_(events), AuditEntryRow.part == 0)
    sealed = select(AuditEntryRow).where(or_(is_event, is_part))
    rows = await uow.session.scalars(
        sealed.order_by(AuditEntryRow.seq).limit(MOST_PROOFS + 1)
    )
    return rows.all()


def _holds(text: ColumnElement[str], id_: str) -> ColumnElement[bool]:
    return func.strpos(text, f'"{id_}"') > 0


async def _prove(
    uow: UnitOfWork, rows: Sequence[AuditEntryRow], head: PublishedHead
) -> list[str]:
    paths = [inclusion_ranges(row.seq, head.size) for row in rows]
    hashes = iter(await fetch_hashes(uow.session, [one for p in paths for one in p]))
    return [
        write_proof(row, [next(hashes) for _ in path], head.note)
        for row, path in zip(rows, paths, strict=True)
    ]


def write_proof(row: AuditEntryRow, path: Sequence[bytes], note: str) -> str:
    """Write the proof of an entry under a head as C2SP tlog-proof."""
    lines = [MARK, f"extra {base64_of(row.canonical)}", f"index {row.seq}"]
    return "\n".join([*lines, *map(base64_of, path), "", note])


def index_of(proof: str) -> int:
    """Return which entry a proof of ours is of."""
    line = next(line for line in proof.splitlines() if line.startswith("index "))
    return int(line.removeprefix("index "))


async def read_tile(uow: UnitOfWork, level: int, index: int, width: int) -> bytes:
    """Return the first hashes of a tile.

    Raises:
        TileNotThere: The log has not that many yet.
    """
    head = await find_head(uow)
    if head is None or not 0 < width <= width_of(level, index, head.size):
        raise TileNotThere
    row = await uow.session.get(TileRow, (level, index))
    if row is None:
        raise TileNotThere
    return row.hashes[: width * HASH_BYTES]


async def read_bundle(uow: UnitOfWork, index: int, width: int) -> bytes:
    """Return the first entries of a bundle, two bytes of length before each.

    Raises:
        TileNotThere: The log has not that many yet.
    """
    first = TILE_WIDTH * index
    rows = await uow.session.scalars(
        select(AuditEntryRow.canonical)
        .where(AuditEntryRow.seq >= first, AuditEntryRow.seq < first + width)
        .order_by(AuditEntryRow.seq)
    )
    entries = rows.all()
    if not entries or len(entries) != width:
        raise TileNotThere
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)
