"""Compare what the ledger did, what was told and what was sealed, both ways.

A record can only vanish unseen between commit and sealing; this looks for what such an
act leaves behind, and for a journal that no longer says what was sealed.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.journal import journal_hash
from ledger.canonical import instant_text
from ledger.database import UnitOfWork
from ledger.ids import show_id


class Finding(StrEnum):
    """What does not agree."""

    EVENT_NOT_SEALED = "event counted, but neither queued nor sealed"
    ENTRY_NOT_TOLD = "audit entry without its event"
    JOURNAL_NOT_TOLD = "journal entry without its event"
    JOURNAL_GONE = "event of a journal entry that does not exist"
    JOURNAL_CHANGED = "journal entry that is not what its event says"


@dataclass(frozen=True)
class Discrepancy:
    """One disagreement, and the id of what it is about."""

    finding: Finding
    id: str


_NOT_SEALED = text("""
SELECT event.id FROM event
LEFT JOIN audit_queue ON audit_queue.event = event.id
LEFT JOIN audit_entry ON audit_entry.event = event.id
WHERE event.number IS NOT NULL AND event.recorded_at >= :since
    AND audit_queue.event IS NULL AND audit_entry.event IS NULL
""")
_NOT_TOLD = text("""
SELECT audit_entry.event FROM audit_entry
LEFT JOIN event ON event.id = audit_entry.event WHERE event.id IS NULL
""")
_TOLD = text("""
SELECT DISTINCT subject, data ->> 'journal_hash' FROM event
WHERE type = 'entry.posted' AND recorded_at >= :since
""")
_JOURNAL = text("""
SELECT entry.id, entry.kind, entry.effective_on, entry.booked_at,
    account.id AS account, account.asset, posting.units
FROM entry JOIN posting ON posting.entry = entry.id
JOIN account ON account.id = posting.account
WHERE entry.state = 'posted' AND entry.booked_at >= :since
ORDER BY entry.id, posting.leg
""")


async def reconcile(uow: UnitOfWork, *, since: datetime) -> list[Discrepancy]:
    """List what does not agree among facts booked since an instant; run it as a read."""
    session = uow.session
    missing = [
        Discrepancy(finding, show_id("evt", event))
        for finding, query in (
            (Finding.EVENT_NOT_SEALED, _NOT_SEALED),
            (Finding.ENTRY_NOT_TOLD, _NOT_TOLD),
        )
        for event in await session.scalars(query, {"since": since})
    ]
    return missing + await _compare_journal(session, since)


async def _compare_journal(session: AsyncSession, since: datetime) -> list[Discrepancy]:
    told: dict[str, set[str]] = defaultdict(set)
    for entry, digest in await session.execute(_TOLD, {"since": since}):
        told[entry].add(digest)
    found = []
    rows = await session.execute(_JOURNAL, {"since": since})
    for key, legs in groupby(rows, key=lambda row: row.id):
        entry = show_id("entry", key)
        digests = told.pop(entry, None)
        if digests is None:
            found.append(Discrepancy(Finding.JOURNAL_NOT_TOLD, entry))
        elif digests != {_hash_again(entry, list(legs))}:
            found.append(Discrepancy(Finding.JOURNAL_CHANGED, entry))
    return found + [Discrepancy(Finding.JOURNAL_GONE, entry) for entry in sorted(told)]


def _hash_again(entry: str, legs: list[Any]) -> str:
    return journal_hash(
        entry,
        legs[0].kind,
        effective_on=legs[0].effective_on.isoformat(),
        booked_at=instant_text(legs[0].booked_at),
        legs=[
            (show_id("acct", leg.account), leg.asset, str(leg.units)) for leg in legs
        ],
    )
