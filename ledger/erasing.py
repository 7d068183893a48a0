"""Erase personal values and their salts; what was sealed about them stays provable.

An audit entry holds commitments only. Without its salt a commitment tells nothing, and
the entry, the chain and the tree do not change by a bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text

from ledger.database import UnitOfWork

OWNER_FIELDS: Final = ("party", "party_id", "borrower", "issuer")


@dataclass(frozen=True)
class Opening:
    """A personal value that is still kept: of which event and field, and since when."""

    event: str
    field: str
    recorded_at: datetime


# What somebody owns is what an event names them the owner of; who merely decided about
# another's thing owns nothing of it.
_OF_PARTY = text("""
SELECT opening.event, opening.field, told.recorded_at
FROM audit_private AS opening JOIN event AS told ON told.id = opening.event
WHERE told.subject = :party OR told.subject IN (
    SELECT naming.subject FROM event AS naming, json_each_text(naming.data) AS said
    WHERE said.key = ANY(:owners) AND said.value = :party
)
ORDER BY opening.event, opening.field
""")
_ERASE = text("""
DELETE FROM audit_private AS opening
USING unnest(CAST(:events AS uuid[]), CAST(:fields AS text[])) AS named (event, field)
WHERE opening.event = named.event AND opening.field = named.field
""")


async def list_openings(uow: UnitOfWork, party_id: str) -> list[Opening]:
    """Return which personal values about a party are kept, the oldest first."""
    rows = await uow.session.execute(
        _OF_PARTY, {"party": party_id, "owners": list(OWNER_FIELDS)}
    )
    return [Opening(str(row.event), row.field, row.recorded_at) for row in rows]


async def erase_openings(uow: UnitOfWork, openings: Sequence[Opening]) -> None:
    """Delete values and salts for good."""
    values = {
        "events": [one.event for one in openings],
        "fields": [one.field for one in openings],
    }
    await uow.session.execute(_ERASE, values)
