"""Write client-money entries in one manner."""

from ledger.database import UnitOfWork
from ledger.entries import Leg, NewEntry
from ledger.ids import EntryId, new_id


def new_entry(
    uow: UnitOfWork,
    kind: str,
    *,
    legs: tuple[Leg, ...],
    about: str,
    id: EntryId | None = None,  # noqa: A002 - the entry's own word for it
) -> NewEntry:
    """Return an entry of today that says which deposit, payout or wallet it is about."""
    return NewEntry(
        id or EntryId(new_id("entry", uow.now())),
        kind,
        legs,
        uow.today(),
        metadata={"about": about},
    )
