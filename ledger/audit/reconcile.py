"""Compare what the ledger did, what was told and what was sealed, both ways.

A record can only vanish unseen between commit and sealing; this looks for what such an
act leaves behind, and for a journal that no longer says what was sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.journal import EntryTold, journal_hash, leg_text
from ledger.canonical import instant_text
from ledger.database import UnitOfWork
from ledger.ids import AccountId, EntryId, show_id
from ledger.journal import LEGS_PER_PART, Booking, Leg, Pending


class Finding(StrEnum):
    """What does not agree."""

    EVENT_NOT_SEALED = "counted, but neither queued nor sealed"
    ENTRY_NOT_TOLD = "audit entry without its event or journal entry"
    JOURNAL_NOT_TOLD = "journal entry that was never counted"
    JOURNAL_CHANGED = "journal entry that is not what was asked for, or sealed"


@dataclass(frozen=True)
class Discrepancy:
    """One disagreement, and the id of what it is about."""

    finding: Finding
    id: str


_NOT_SEALED = text(f"""
SELECT DISTINCT told.id, told.part > 0 FROM (
    SELECT id, 0 AS part FROM event
    WHERE number IS NOT NULL AND recorded_at >= :since
    UNION ALL
    SELECT id, before + 1
    FROM entry, generate_series(0, greatest(legs - 1, 0) / {LEGS_PER_PART}) AS before
    WHERE number IS NOT NULL AND booked_at >= :since
) AS told
LEFT JOIN audit_queue AS queued ON (queued.event, queued.part) = (told.id, told.part)
LEFT JOIN audit_entry AS sealed ON (sealed.event, sealed.part) = (told.id, told.part)
WHERE queued.event IS NULL AND sealed.event IS NULL
""")  # noqa: S608 - our own number
_NOT_TOLD = text("""
SELECT audit_entry.event, audit_entry.part > 0 FROM audit_entry
LEFT JOIN event ON audit_entry.part = 0 AND event.id = audit_entry.event
LEFT JOIN entry ON audit_entry.part > 0 AND entry.id = audit_entry.event
WHERE event.id IS NULL AND entry.id IS NULL
""")
_NOT_COUNTED = text(
    "SELECT id, true FROM entry WHERE number IS NULL AND booked_at >= :since"
)
_JOURNAL = text("""
SELECT entry.id, entry.request_hash, entry.kind, entry.effective_on, entry.booked_at,
    entry.reverses, entry.hold, entry.memo, entry.details, posting.account,
    account.asset, posting.units,
    CAST(convert_from(audit_entry.canonical, 'UTF8') AS json)
        #>> '{data,journal_hash}' AS sealed
FROM entry LEFT JOIN posting ON posting.entry = entry.id
LEFT JOIN account ON account.id = posting.account
LEFT JOIN audit_entry ON audit_entry.event = entry.id AND audit_entry.part = 1
WHERE entry.state = 'posted' AND entry.booked_at >= :since
ORDER BY entry.id, posting.leg
""")


async def reconcile(uow: UnitOfWork, *, since: datetime) -> list[Discrepancy]:
    """List what does not agree among facts told since an instant; run it as a read."""
    session = uow.session
    missing = [
        Discrepancy(finding, show_id("entry" if is_entry else "evt", id_))
        for finding, query in (
            (Finding.EVENT_NOT_SEALED, _NOT_SEALED),
            (Finding.ENTRY_NOT_TOLD, _NOT_TOLD),
            (Finding.JOURNAL_NOT_TOLD, _NOT_COUNTED),
        )
        for id_, is_entry in await session.execute(query, {"since": since})
    ]
    return missing + await _compare_journal(session, since)


async def _compare_journal(session: AsyncSession, since: datetime) -> list[Discrepancy]:
    rows = await session.execute(_JOURNAL, {"since": since})
    return [
        Discrepancy(Finding.JOURNAL_CHANGED, show_id("entry", key))
        for key, group in groupby(rows, key=lambda row: row.id)
        if not _agrees(list(group))
    ]


def _agrees(legs: Sequence[Any]) -> bool:
    """Tell whether an entry is what was asked for, and what was sealed if it was."""
    entry = legs[0]
    asked = _booking(entry, [leg for leg in legs if leg.account])
    if asked.request_hash() != bytes(entry.request_hash):
        return False
    on, at = entry.effective_on.isoformat(), instant_text(entry.booked_at)
    told = EntryTold(asked.id, entry.kind, on, at)
    texts = [
        leg_text(show_id("acct", leg.account), leg.asset, leg.units) for leg in legs
    ]
    return entry.sealed is None or entry.sealed == journal_hash(told, texts)


def _booking(entry: Any, legs: Sequence[Any]) -> Booking:
    """Return what must have been asked for, for the journal to hold this."""
    moved = [Leg(AccountId(show_id("acct", leg.account)), leg.units) for leg in legs]
    # A capture takes from what is pending just what it moves.
    held = [Pending(account, -max(units, 0), min(units, 0)) for account, units in moved]
    return Booking(
        id=EntryId(show_id("entry", entry.id)),
        kind=entry.kind,
        state="posted",
        effective_on=entry.effective_on,
        legs=tuple(moved),
        pending=tuple(held) if entry.hold else (),
        memo=entry.memo,
        details=entry.details,
        reverses=_entry_id(entry.reverses),
        hold=_entry_id(entry.hold),
    )


def _entry_id(key: Any) -> EntryId | None:
    return None if key is None else EntryId(show_id("entry", key))
