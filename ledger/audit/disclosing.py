"""Open commitments to personal values for a reader who may see them: salt and value."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit.model import AuditEntryRow
from ledger.canonical import canonical
from ledger.ids import EventId
from ledger.outbox import PrivateRow

OPENINGS = "private/openings.jsonl"
_ROWS_A_READ = 500


async def write_openings(
    session: AsyncSession, folder: Path, *, fields: Collection[str], size: int
) -> str:
    """Write what opens these fields under a head, in the order of its entries."""
    query = (
        select(AuditEntryRow.seq, PrivateRow)
        .join(PrivateRow, PrivateRow.event == AuditEntryRow.event)
        .where(AuditEntryRow.part == 0, AuditEntryRow.seq < size)
        .where(PrivateRow.field.in_(sorted(fields)))
        .order_by(AuditEntryRow.seq, PrivateRow.field)
    )
    rows = await session.stream(query.execution_options(yield_per=_ROWS_A_READ))
    path = folder / OPENINGS
    path.parent.mkdir()
    with path.open("wb") as file:
        async for seq, opening in rows:
            file.write(canonical(_shown(seq, opening)) + b"\n")
    return OPENINGS


def _shown(seq: int, opening: PrivateRow) -> dict[str, object]:
    return {
        "seq": seq,
        "event": EventId(opening.event),
        "field": opening.field,
        "salt": opening.salt.hex(),
        "value": opening.value,
    }
