"""Read what waits to be sealed: events as they were kept, journal entries as booked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.entry import Told
from ledger.audit.journal import POSTED, EntryTold, entry_parts, leg_text
from ledger.errors import ensure
from ledger.ids import show_id

# The queue is cut first, so that only what is taken is looked up.
_WAITING = """
SELECT waiting.event, waiting.part, waiting.stream, waiting.number, event.type,
    event.subject, coalesce(event.actor, entry.actor) AS actor,
    coalesce(event.actor_auth, entry.actor_auth) AS actor_auth,
    coalesce(event.request_id, entry.request_id) AS request_id,
    coalesce(event.recorded_at, entry.booked_at) AS told_at,
    CAST(event.data AS text) AS data, CAST(event.commitments AS text) AS commitments,
    CAST(event.refs AS text) AS refs, entry.kind, entry.effective_on
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
SELECT posting.entry, posting.account, account.asset, posting.units
FROM posting JOIN account ON account.id = posting.account
WHERE posting.entry = ANY(:entries) ORDER BY posting.entry, posting.leg
""")


async def fetch_waiting(
    session: AsyncSession, limit: int, *, own: bool = False
) -> Sequence[Told]:
    """Return what is next, in its order, of transactions that have ended.

    With ``own`` also what this transaction told.
    """
    query = _WAITING_ALL if own else _WAITING_ENDED
    rows = (await session.execute(query, {"limit": limit})).all()
    ensure(all(row.told_at for row in rows), "all that is queued is still there")
    booked = {row.event: row for row in rows if row.part}
    legs = await _fetch_legs(session, booked) if booked else {}
    parts = {id_: _parts(row, legs[id_]) for id_, row in booked.items()}
    return [
        _told_of_entry(row, parts[row.event]) if row.part else Told(*row[:13])
        for row in rows
    ]


async def _fetch_legs(
    session: AsyncSession, entries: Iterable[UUID]
) -> dict[UUID, list[str]]:
    legs: defaultdict[UUID, list[str]] = defaultdict(list)
    shown: dict[UUID, str] = {}
    rows = await session.execute(_LEGS, {"entries": list(entries)})
    for entry, account, asset, units in rows:
        if account not in shown:
            shown[account] = show_id("acct", account)
        legs[entry].append(leg_text(shown[account], asset, units))
    return legs


def _parts(row: Row[Any], legs: Sequence[str]) -> list[str]:
    entry = show_id("entry", row.event)
    told = EntryTold(entry, row.kind, row.effective_on, row.told_at)
    return entry_parts(told, legs)


def _told_of_entry(row: Row[Any], parts: Sequence[str]) -> Told:
    ensure(row.part <= len(parts), "every leg that was recorded is still there")
    entry = show_id("entry", row.event)
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
        row.told_at,
        parts[row.part - 1],
        "{}",
        f'["{entry}"]',
    )
