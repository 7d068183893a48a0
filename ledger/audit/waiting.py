"""Read what waits to be sealed: events as they were kept, journal entries as booked."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.entry import Told
from ledger.audit.journal import POSTED, EntryTold, entry_parts, leg_text
from ledger.errors import ensure
from ledger.ids import show_id

# The queue is cut first, so that only what is taken is looked up. The server writes
# times as the log has them: that costs less than to read them here and write them again.
_WAITING = """
SELECT waiting.event, waiting.part, waiting.stream, waiting.number, event.type,
    event.subject, coalesce(event.actor, entry.actor) AS actor,
    coalesce(event.actor_auth, entry.actor_auth) AS actor_auth,
    coalesce(event.request_id, entry.request_id) AS request_id,
    to_char(
        coalesce(event.recorded_at, entry.booked_at) AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    ) AS ts,
    CAST(event.data AS text) AS data, CAST(event.commitments AS text) AS commitments,
    CAST(event.refs AS text) AS refs, entry.kind,
    to_char(entry.effective_on, 'YYYY-MM-DD') AS effective_on
FROM (
    SELECT * FROM audit_queue {where} ORDER BY xid, stream, number LIMIT :limit
) AS waiting
LEFT JOIN event ON waiting.part = 0 AND event.id = waiting.event
LEFT JOIN entry ON waiting.part > 0 AND entry.id = waiting.event
ORDER BY waiting.xid, waiting.stream, waiting.number
"""
_EARLIER_HAVE_ENDED = """
WHERE xid < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)
"""
_WAITING_ENDED = text(_WAITING.format(where=_EARLIER_HAVE_ENDED))
_WAITING_ALL = text(_WAITING.format(where=""))
_LEGS = text("""
SELECT posting.entry, CAST(json_agg(
    json_build_array(posting.account, account.asset, posting.units) ORDER BY posting.leg
) AS text) FROM posting JOIN account ON account.id = posting.account
WHERE posting.entry = ANY(:entries) GROUP BY posting.entry
""")


async def fetch_waiting(
    session: AsyncSession, limit: int, *, own: bool = False
) -> Sequence[Told]:
    """Return what is next, in its order, of transactions that have ended.

    With ``own`` also what this transaction told.
    """
    query = _WAITING_ALL if own else _WAITING_ENDED
    rows = (await session.execute(query, {"limit": limit})).all()
    ensure(all(row.ts for row in rows), "all that is queued is still there")
    booked = {row.event: row for row in rows if row.part}
    parts = await _fetch_parts(session, booked) if booked else {}
    return [
        _told_of_entry(row, *parts[row.event]) if row.part else _told_of_event(row)
        for row in rows
    ]


async def _fetch_parts(
    session: AsyncSession, booked: Mapping[UUID, Row[Any]]
) -> dict[UUID, tuple[str, list[str]]]:
    """Return the shown id of each journal entry and the data of its parts."""
    rows = await session.execute(_LEGS, {"entries": list(booked)})
    legs = {entry: _leg_texts(json.loads(found)) for entry, found in rows}
    return {
        id_: _parts(show_id("entry", id_), row, legs.get(id_, ()))
        for id_, row in booked.items()
    }


def _leg_texts(legs: Sequence[tuple[str, str, int]]) -> list[str]:
    return [leg_text(_shown(account), asset, units) for account, asset, units in legs]


@lru_cache(100_000)
def _shown(account: str) -> str:
    return show_id("acct", UUID(account))


def _parts(entry: str, row: Row[Any], legs: Sequence[str]) -> tuple[str, list[str]]:
    told = EntryTold(entry, row.kind, row.effective_on, row.ts)
    return entry, entry_parts(told, legs)


def _told_of_event(row: Row[Any]) -> Told:
    return Told._make((*row[:13], show_id("evt", row.event)))


def _told_of_entry(row: Row[Any], entry: str, parts: Sequence[str]) -> Told:
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
