"""Count what each note got of a receipt under one hash, so a lender is shown its own alone.

The tree is that of client money (docs/audit-format.md, sections 10 and 11): the log holds
its root, and who asks for the proof of a share gets no journal entry with others in it.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import select, true

from finance import safekeeping
from finance.lending.distributed import Distribution, Share
from finance.lending.events import RepaymentDistributed
from finance.lending.model import Note
from finance.safekeeping import Way
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.outbox import EventRow

FIRST: Final = 1
# A receipt may have ten thousand shares.
RECEIPTS_AT_ONCE: Final = 20


class Got(NamedTuple):
    """What one note got."""

    note: str
    minor: int


def root_of(seed: bytes, got: Iterable[Got]) -> str:
    """Return the root over what all notes got."""
    return safekeeping.top_of(seed, got).hash.hex()


async def find_miscounted(uow: UnitOfWork, *, since: datetime) -> list[str]:
    """Return receipts shared since an instant whose shares are not what the log counts."""
    found: list[str] = []
    after = None
    while told := await _list_told(uow, since=since, after=after):
        counts = {one["receipt_id"]: _count_of(one) for _, one in told}
        kept = await _list_kept(uow, counts)
        tops = await asyncio.to_thread(_tops, kept)
        found += [id_ for id_, count in counts.items() if count != tops.get(id_)]
        after = told[-1][0]
    return found


async def list_ways(
    uow: UnitOfWork, *, receipt_id: str, lender: PartyId
) -> Sequence[Way]:
    """Return the way from what each note of a lender got of a receipt to the root."""
    seed = await uow.session.scalar(
        select(Distribution.seed).where(
            Distribution.receipt == receipt_id, Distribution.number == FIRST
        )
    )
    if seed is None:
        return []
    rows = await uow.session.execute(
        select(Share.note, Share.net_minor, Note.lender)
        .join(Note, Note.id == Share.note)
        .where(Share.receipt == receipt_id, Share.number == FIRST)
    )
    found = rows.all()
    own = [row.note for row in found if row.lender == lender]
    got = [Got(row.note, row.net_minor) for row in found]
    return [safekeeping.way_of(seed, got, note) for note in own]


async def _list_told(
    uow: UnitOfWork, *, since: datetime, after: str | None
) -> list[tuple[str, dict[str, Any]]]:
    """Return what was told next of receipts that were shared, with the event's id."""
    rows = await uow.session.execute(
        select(EventRow.id, EventRow.data)
        .where(
            EventRow.type == RepaymentDistributed.type,
            EventRow.recorded_at >= since,
            # Receipts shared before shares were counted have no root.
            EventRow.data["shares_root"].as_string().is_not(None),
            true() if after is None else EventRow.id > after,
        )
        .order_by(EventRow.id)
        .limit(RECEIPTS_AT_ONCE)
    )
    return [(id_, told) for id_, told in rows]


def _count_of(told: Mapping[str, Any]) -> tuple[str, int]:
    return told["shares_root"], int(told["to_lenders"]["minor"])


async def _list_kept(
    uow: UnitOfWork, receipts: Collection[str]
) -> list[tuple[tuple[str, bytes], list[Got]]]:
    """Return the shares of receipts, each with its receipt and the seed of its salts."""
    rows = await uow.session.execute(
        select(Distribution.receipt, Distribution.seed, Share.note, Share.net_minor)
        .outerjoin(
            Share,
            (Share.receipt == Distribution.receipt)
            & (Share.number == Distribution.number),
        )
        .where(Distribution.receipt.in_(receipts), Distribution.number == FIRST)
        .order_by(Distribution.receipt)
    )
    return [
        ((id_, seed or b""), [Got(note, minor) for *_, note, minor in group if note])
        for (id_, seed), group in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def _tops(
    kept: Iterable[tuple[tuple[str, bytes], list[Got]]],
) -> dict[str, tuple[str, int]]:
    """Return the root over the shares of each receipt, and their sum."""
    tops = ((id_, safekeeping.top_of(seed, got)) for (id_, seed), got in kept)
    return {id_: (top.hash.hex(), top.sum) for id_, top in tops}
