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
_OPENINGS = text("""
SELECT opening.event, opening.field, told.recorded_at
FROM audit_private AS opening JOIN event AS told ON told.id = opening.event
WHERE told.subject = ANY(:things)
ORDER BY opening.event, opening.field
""")
_THINGS = text("""
SELECT DISTINCT naming.subject
FROM event AS naming, json_each_text(naming.data) AS said
WHERE said.key = ANY(:owners) AND said.value = :party
""")
_ERASE = text("""
DELETE FROM audit_private AS opening
USING unnest(CAST(:events AS uuid[]), CAST(:fields AS text[])) AS named (event, field)
WHERE opening.event = named.event AND opening.field = named.field
""")


async def list_things(uow: UnitOfWork, party_id: str) -> list[str]:
    """Return a party and all that events name it the owner of."""
    values = {"party": party_id, "owners": list(OWNER_FIELDS)}
    return [party_id, *await uow.session.scalars(_THINGS, values)]


async def list_openings(uow: UnitOfWork, things: Sequence[str]) -> list[Opening]:
    """Return which personal values about some things are kept, the oldest first."""
    rows = await uow.session.execute(_OPENINGS, {"things": things})
    return [Opening(str(row.event), row.field, row.recorded_at) for row in rows]


async def erase_openings(uow: UnitOfWork, openings: Sequence[Opening]) -> None:
    """Delete values and salts for good."""
    values = {
        "events": [one.event for one in openings],
        "fields": [one.field for one in openings],
    }
    await uow.session.execute(_ERASE, values)
