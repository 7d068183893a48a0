"""Read what waits to be sealed: events as they were kept, journal entries as booked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.entry import Told
from ledger.audit.journal import POSTED, EntryTold, entry_parts, leg_text
from ledger.database import UnitOfWork
from ledger.errors import ensure
from ledger.ids import show_id, show_number


class Place(NamedTuple):
    """Where a row stands in the queue; rows are sealed in this order."""

    xid: int
    stream: int
    number: int


BEFORE_ALL = Place(-1, -1, -1)


@dataclass(frozen=True)
class Waiting:
    """What comes next in the queue after a place: all rows from the first to the last.

    ``onward`` is the place after which reading goes on, where there is one.
    """

    after: Place
    first: Place
    last: Place
    onward: Place | None
    told: Sequence[Told]


class _Queued(NamedTuple):
    """A row of the queue with what it tells of; its names are quickly read."""

    xid: int
    event: bytes
    part: int
    stream: int
    number: int
    type: str
    subject: str
    actor: str
    actor_auth: str
    request_id: str
    ts: str
    data: str
    commitments: str
    refs: str
    kind: str
    effective_on: str
    is_restored: bool


# The queue is cut first, so that only what is taken is looked up. The server writes
# times as the log has them: that costs less than to read them here and write them again.
_WAITING = """
SELECT waiting.xid, uuid_send(waiting.event) AS event, waiting.part, waiting.stream,
    waiting.number, event.type, event.subject, coalesce(event.actor, entry.actor) AS actor,
    coalesce(event.actor_auth, entry.actor_auth) AS actor_auth,
    coalesce(event.request_id, entry.request_id) AS request_id,
    to_char(
        coalesce(event.recorded_at, entry.booked_at) AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    ) AS ts,
    CAST(event.data AS text) AS data, CAST(event.commitments AS text) AS commitments,
    CAST(event.refs AS text) AS refs, entry.kind,
    to_char(entry.effective_on, 'YYYY-MM-DD') AS effective_on,
    waiting.xid >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint)
        AS is_restored
FROM (
    SELECT * FROM audit_queue
    WHERE (xid, stream, number) > (:xid, :stream, :number) {and_ended}
    ORDER BY xid, stream, number LIMIT :limit
) AS waiting
LEFT JOIN event ON waiting.part = 0 AND event.id = waiting.event
LEFT JOIN entry ON waiting.part > 0 AND entry.id = waiting.event
ORDER BY waiting.xid, waiting.stream, waiting.number
"""
# A number that no transaction has reached is of another server, from which the tables were
# restored: streams keep it until this one has come as far. What is seen of it has ended.
_EARLIER_HAVE_ENDED = """
    AND (xid < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)
        OR xid >= CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint))
"""
_WAITING_ENDED = text(_WAITING.format(and_ended=_EARLIER_HAVE_ENDED))
_WAITING_ALL = text(_WAITING.format(and_ended=""))
# One text for all: that is read at once.
_LEGS = text("""
SELECT CAST(json_object_agg(entry, legs) AS text) FROM (
    SELECT encode(uuid_send(posting.entry), 'hex') AS entry, json_agg(
        json_build_array(posting.account, account.asset, posting.units)
        ORDER BY posting.leg
    ) AS legs
    FROM posting JOIN account ON account.id = posting.account
    WHERE posting.entry = ANY(CAST(:entries AS uuid[])) GROUP BY posting.entry
) AS entries
""")


async def fetch_waiting(
    uow: UnitOfWork, limit: int, *, after: Place = BEFORE_ALL, own: bool = False
) -> Waiting | None:
    """Return what is next, in its order, of transactions that have ended; ``None`` if nothing.

    Nothing comes later at a place up to the last: a row's ``xid`` is never below that of
    its own transaction, and all of those have ended. With ``own`` that does not hold, as
    what this transaction told is taken too, nor after rows with a restored server's number.
    """
    query = _WAITING_ALL if own else _WAITING_ENDED
    found = await uow.session.execute(query, after._asdict() | {"limit": limit})
    rows = [*map(_Queued._make, found)]
    if not rows:
        return None
    ensure(all(row.ts for row in rows), "all that is queued is still there")
    booked = {row.event: row for row in rows if row.part}
    parts = await _fetch_parts(uow.session, booked) if booked else {}
    told = [
        _told_of_entry(row, *parts[row.event]) if row.part else _told_of_event(row)
        for row in rows
    ]
    last = _place(rows[-1])
    onward = None if own or rows[-1].is_restored else last
    return Waiting(after, _place(rows[0]), last, onward, told)


def _place(row: _Queued) -> Place:
    return Place(row.xid, row.stream, row.number)


async def _fetch_parts(
    session: AsyncSession, booked: Mapping[bytes, _Queued]
) -> dict[bytes, tuple[str, list[str]]]:
    """Return the shown id of each journal entry and the data of its parts."""
    entries = ",".join([key.hex() for key in booked])
    found = await session.scalar(_LEGS, {"entries": f"{{{entries}}}"})
    legs = json.loads(found or "{}")
    return {key: _parts(row, legs.get(key.hex(), ())) for key, row in booked.items()}


def _parts(row: _Queued, legs: Sequence[tuple[str, str, int]]) -> tuple[str, list[str]]:
    entry = show_number("entry", int.from_bytes(row.event))
    told = EntryTold(entry, row.kind, row.effective_on, row.ts)
    texts = [leg_text(_shown(account), asset, units) for account, asset, units in legs]
    return entry, entry_parts(told, texts)


@lru_cache(100_000)
def _shown(account: str) -> str:
    return show_id("acct", UUID(account))


def _told_of_event(row: _Queued) -> Told:
    return Told._make((*row[1:14], show_number("evt", int.from_bytes(row.event))))


def _told_of_entry(row: _Queued, entry: str, parts: Sequence[str]) -> Told:
    ensure(row.part <= len(parts), "every leg that was recorded is still there")
    return Told(
        row.event,
        row.part,
        row.stream,
        row.number,
        POSTED,
        entry,
        row.actor,
        row.actor_auth,
        row.request_id,
        row.ts,
        parts[row.part - 1],
        "{}",
        f'["{entry}"]',
        entry if row.part == 1 else f"{entry}.{row.part}",
    )
