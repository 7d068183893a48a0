"""Count what each note got of a receipt under one hash, so a lender is shown its own alone.

The tree is that of client money (docs/audit-format.md, sections 10 and 11): the log holds
its root, and who asks for the proof of a share gets no journal entry with others in it.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import select

from finance import safekeeping
from finance.lending.distributed import Distribution, Share
from finance.lending.model import Note
from finance.safekeeping import Way
from ledger.database import UnitOfWork
from ledger.ids import PartyId

FIRST: Final = 1


class Got(NamedTuple):
    """What one note got."""

    note: str
    minor: int


def root_of(seed: bytes, got: Iterable[Got]) -> str:
    """Return the root over what all notes got."""
    return safekeeping.top_of(seed, got).hash.hex()


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
