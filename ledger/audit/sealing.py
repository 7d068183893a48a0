"""Seal what was told: chain it, grow the tree, sign its head, in one transaction.

Sealing takes its turn under the lock of the lease's row, so entries are dense and each
hash has one child however many sealers run. Records are taken in the order of their
transactions and only when every earlier transaction has ended; a record leaves the
queue in the commit that gives it its entry.

What was read before its turn is used only when the log's head is still the one its
reader left, so that nobody has sealed in between; each row is in the queue until then.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from psycopg import AsyncConnection
from sqlalchemy import CursorResult, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.entry import Head, Told, entry_of
from ledger.audit.model import CheckpointRow
from ledger.audit.note import Checkpoint, Signer
from ledger.audit.tree import TILE_WIDTH, Edge, Tile, edge_widths, leaf_hash
from ledger.audit.waiting import Place, Waiting, fetch_waiting
from ledger.database import Hook, UnitOfWork
from ledger.errors import ensure

BATCH = 5_000
LEASE_SECONDS = 10

_LOCK = text("SELECT epoch FROM audit_lease FOR UPDATE")
_LEASE = text("""
UPDATE audit_lease
SET epoch = epoch + CAST(holder <> :holder AS int),
    holder = :holder, renewed_at = clock_timestamp()
WHERE id = (SELECT id FROM audit_lease FOR UPDATE SKIP LOCKED)
    AND (holder IN ('', :holder)
        OR renewed_at < clock_timestamp() - make_interval(secs => :seconds))
RETURNING epoch
""")
_LAST = text(
    "SELECT seq + 1 AS size, encode(sha256(canonical), 'hex') AS hash"
    " FROM audit_entry ORDER BY seq DESC LIMIT 1"
)
_EDGE = text(
    "SELECT level, hashes FROM audit_tile JOIN"
    " unnest(CAST(:levels AS bigint[]), CAST(:indexes AS bigint[]))"
    " AS edge (level, index) USING (level, index)"
)
_PUT_TILES = text(
    "INSERT INTO audit_tile (level, index, hashes)"
    " SELECT * FROM unnest(CAST(:levels AS bigint[]), CAST(:indexes AS bigint[]),"
    " CAST(:hashes AS bytea[]))"
    " ON CONFLICT (level, index) DO UPDATE SET hashes = excluded.hashes"
)
_COPY = (
    "COPY audit_entry (seq, event, part, leaf_hash, canonical)"
    " FROM STDIN (FORMAT binary)"
)
# PostgreSQL's binary COPY: a signature, rows of counted fields, a mark at the end.
_COPY_START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_ROW = struct.Struct("!hiqi16siqi32si")
_COPY_END = b"\xff\xff"
_ENTRIES_A_WRITE = 256
_LEAVE_QUEUE = text("""
DELETE FROM audit_queue AS queued USING audit_entry AS sealed
WHERE (queued.xid, queued.stream, queued.number)
    BETWEEN (:from_xid, :from_stream, :from_number) AND (:xid, :stream, :number)
    AND sealed.seq >= :seq AND sealed.event = queued.event AND sealed.part = queued.part
""")


@dataclass(frozen=True)
class Sealed:
    """A new head: how many entries it added, the signed note, and where sealing goes on."""

    added: int
    checkpoint: Checkpoint
    note: str
    head: Head
    onward: Place | None


async def seal(
    uow: UnitOfWork,
    signer: Signer,
    *,
    limit: int = BATCH,
    holder: str | None = None,
    before: Sealed | None = None,
    ahead: Waiting | None = None,
) -> Sealed | None:
    """Seal the next records; ``None`` when nothing waits or it is another's turn.

    With a ``holder`` only who has the lease seals; without, the caller waits its turn.
    Who sealed ``before`` goes on from there, with what it has read ``ahead``.
    """
    epoch = await _take_turn(uow.session, holder)
    if epoch is None:
        return None
    head = await _find_head(uow.session, signer.name)
    if before is None or before.head != head or before.onward is None:
        waiting = await fetch_waiting(uow, limit)
    elif ahead is None or ahead.after != before.onward:
        waiting = await fetch_waiting(uow, limit, after=before.onward)
    else:
        waiting = ahead
    if waiting is None:
        return None
    return await _seal(uow, signer, head=head, waiting=waiting, epoch=epoch)


def seal_inline(signer: Signer) -> Hook:
    """Make the hook that seals a transaction's own records in its own commit."""

    async def hook(uow: UnitOfWork) -> None:
        epoch = await _take_turn(uow.session, None)
        while waiting := await fetch_waiting(uow, BATCH, own=True):
            head = await _find_head(uow.session, signer.name)
            await _seal(uow, signer, head=head, waiting=waiting, epoch=epoch or 0)

    return hook


async def give_up_lease(uow: UnitOfWork, *, holder: str) -> None:
    """Let another seal at once."""
    statement = "UPDATE audit_lease SET holder = '' WHERE holder = :holder"
    await uow.session.execute(text(statement), {"holder": holder})


async def _take_turn(session: AsyncSession, holder: str | None) -> int | None:
    if holder is None:
        epoch = await session.scalar(_LOCK)
    else:
        lease = {"holder": holder, "seconds": LEASE_SECONDS}
        epoch = await session.scalar(_LEASE, lease)
    return cast("int | None", epoch)


async def _seal(
    uow: UnitOfWork, signer: Signer, *, head: Head, waiting: Waiting, epoch: int
) -> Sealed:
    edge = await _find_edge(uow.session, head.seq)
    leaves, new_head = await _put_entries(uow.session, head, waiting.told)
    edge, tiles = edge.append(leaves)
    await _put_tiles(uow.session, tiles)
    await _leave_queue(uow.session, head.seq, waiting)
    checkpoint = Checkpoint(signer.name, edge.size, edge.root())
    note = signer.sign(checkpoint, uow.now())
    uow.add(
        CheckpointRow(
            size=checkpoint.size,
            root=checkpoint.root,
            note=note,
            epoch=epoch,
            at=uow.now(),
        )
    )
    await uow.session.flush()
    return Sealed(len(leaves), checkpoint, note, new_head, waiting.onward)


async def _find_head(session: AsyncSession, log: str) -> Head:
    last = (await session.execute(_LAST)).one_or_none()
    return Head(log, last.size, last.hash) if last else Head(log)


async def _find_edge(session: AsyncSession, size: int) -> Edge:
    if not size:
        return Edge()
    widths = edge_widths(size)
    places = {
        "levels": list(range(len(widths))),
        "indexes": [size // TILE_WIDTH ** (level + 1) for level in range(len(widths))],
    }
    rows = await session.execute(_EDGE, places)
    edge = Edge.of(size, {row.level: row.hashes for row in rows})
    signed = await session.scalar(
        select(CheckpointRow.root).where(CheckpointRow.size == size)
    )
    ensure(signed == edge.root(), "the stored tiles give the root that was signed")
    return edge


async def _leave_queue(session: AsyncSession, first: int, waiting: Waiting) -> None:
    start = {f"from_{name}": value for name, value in waiting.first._asdict().items()}
    until = waiting.last._asdict() | {"seq": first}
    gone = await session.execute(_LEAVE_QUEUE, start | until)
    count = cast("CursorResult[Any]", gone).rowcount
    ensure(count == len(waiting.told), "what is sealed was in the queue until now")


async def _put_entries(
    session: AsyncSession, head: Head, events: Sequence[Told]
) -> tuple[list[bytes], Head]:
    """Chain and store entries, the server writing while the next are made.

    Return their leaves, and the head after them.
    """
    leaves: list[bytes] = []
    connection = await (await session.connection()).get_raw_connection()
    driver = cast("AsyncConnection[Any]", connection.driver_connection)
    async with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        await copy.write(_COPY_START)
        for start in range(0, len(events), _ENTRIES_A_WRITE):
            rows = []
            for told in events[start : start + _ENTRIES_A_WRITE]:
                entry = entry_of(told, head)
                leaves.append(leaf_hash(entry))
                rows.append(_row_of(told, head.seq, leaves[-1], entry))
                head = head.after(entry)
            await copy.write(b"".join(rows))
        await copy.write(_COPY_END)
    return leaves, head


def _row_of(told: Told, seq: int, leaf: bytes, entry: bytes) -> bytes:
    before = (5, 8, seq, 16, told.id, 8, told.part, 32, leaf, len(entry))
    return _COPY_ROW.pack(*before) + entry


async def _put_tiles(session: AsyncSession, tiles: Sequence[Tile]) -> None:
    columns = {
        "levels": [tile.level for tile in tiles],
        "indexes": [tile.index for tile in tiles],
        "hashes": [tile.packed() for tile in tiles],
    }
    await session.execute(_PUT_TILES, columns)
