"""Seal what was told: chain it, grow the tree, sign its head, in one transaction.

Sealing takes its turn under the lock of the lease's row, so entries are dense and each
hash has one child however many sealers run. Records are taken in the order of their
transactions and only when every earlier transaction has ended; a record leaves the
queue in the commit that gives it its entry.
"""

import asyncio
import contextlib
import secrets
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from psycopg import AsyncConnection
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.entry import Head, Told, entry_of
from ledger.audit.model import CheckpointRow
from ledger.audit.note import Checkpoint, Signer
from ledger.audit.tree import TILE_WIDTH, Edge, Tile, edge_widths, leaf_hash
from ledger.audit.waiting import fetch_waiting
from ledger.database import Database, Hook, UnitOfWork
from ledger.errors import Unavailable, ensure

BATCH = 5_000
LEASE_SECONDS = 10
INTERVAL = timedelta(milliseconds=100)

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
_LEAVE_QUEUE = text(
    "DELETE FROM audit_queue USING audit_entry"
    " WHERE audit_entry.event = audit_queue.event"
    " AND audit_entry.part = audit_queue.part AND audit_entry.seq >= :first"
)


@dataclass(frozen=True)
class Sealed:
    """A new head: how many entries it added, and the signed note."""

    added: int
    checkpoint: Checkpoint
    note: str


async def seal(
    uow: UnitOfWork, signer: Signer, *, limit: int = BATCH, holder: str | None = None
) -> Sealed | None:
    """Seal the next records; ``None`` when nothing waits or it is another's turn.

    With a ``holder`` only who has the lease seals; without, the caller waits its turn.
    """
    epoch = await _take_turn(uow.session, holder)
    if epoch is None:
        return None
    waiting = await fetch_waiting(uow.session, limit)
    return await _seal(uow, signer, waiting, epoch=epoch) if waiting else None


def seal_inline(signer: Signer) -> Hook:
    """Make the hook that seals a transaction's own records in its own commit."""

    async def hook(uow: UnitOfWork) -> None:
        epoch = await _take_turn(uow.session, None)
        while waiting := await fetch_waiting(uow.session, BATCH, own=True):
            await _seal(uow, signer, waiting, epoch=epoch or 0)

    return hook


async def run_sealer(
    db: Database,
    signer: Signer,
    stop: asyncio.Event,
    *,
    interval: timedelta = INTERVAL,
) -> None:
    """Seal until told to stop; ends after a last turn. Any number may run at once."""
    holder = secrets.token_hex(8)
    stopping = False
    while not stopping:
        stopping = stop.is_set()
        sealed = None
        with contextlib.suppress(Unavailable):
            sealed = await db.transact(seal, signer, holder=holder)
        if sealed is None and not stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval.total_seconds())
    with contextlib.suppress(Unavailable):
        await db.transact(_give_up_lease, holder=holder)


async def _give_up_lease(uow: UnitOfWork, *, holder: str) -> None:
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
    uow: UnitOfWork, signer: Signer, events: Sequence[Told], *, epoch: int
) -> Sealed:
    head, edge = await _find_head(uow.session, signer.name)
    edge, tiles = edge.append(await _put_entries(uow.session, head, events))
    await _put_tiles(uow.session, tiles)
    await uow.session.execute(_LEAVE_QUEUE, {"first": head.seq})
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
    return Sealed(len(events), checkpoint, note)


async def _find_head(session: AsyncSession, log: str) -> tuple[Head, Edge]:
    last = (await session.execute(_LAST)).one_or_none()
    if last is None:
        return Head(log), Edge()
    widths = edge_widths(last.size)
    places = {
        "levels": list(range(len(widths))),
        "indexes": [
            last.size // TILE_WIDTH ** (level + 1) for level in range(len(widths))
        ],
    }
    rows = await session.execute(_EDGE, places)
    edge = Edge.of(last.size, {row.level: row.hashes for row in rows})
    signed = await session.scalar(
        select(CheckpointRow.root).where(CheckpointRow.size == last.size)
    )
    ensure(signed == edge.root(), "the stored tiles give the root that was signed")
    return Head(log, last.size, last.hash), edge


async def _put_entries(
    session: AsyncSession, head: Head, events: Sequence[Told]
) -> list[bytes]:
    """Chain and store entries, the server writing while the next are made; return leaves."""
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
    return leaves


def _row_of(told: Told, seq: int, leaf: bytes, entry: bytes) -> bytes:
    before = (5, 8, seq, 16, told.id.bytes, 8, told.part, 32, leaf, len(entry))
    return _COPY_ROW.pack(*before) + entry


async def _put_tiles(session: AsyncSession, tiles: Sequence[Tile]) -> None:
    columns = {
        "levels": [tile.level for tile in tiles],
        "indexes": [tile.index for tile in tiles],
        "hashes": [tile.packed() for tile in tiles],
    }
    await session.execute(_PUT_TILES, columns)
