"""Work the risk of loans out a few at a time, so that nobody waits for it."""

from typing import Final

from finance import lending
from ledger.database import Database

# Some ten seconds of work; what is left over has its turn a minute later.
LOANS_A_RUN: Final = 2_000


async def keep(db: Database) -> int:
    """Keep the risk of loans whose kept one no longer fits; return of how many."""
    stale = await db.read(lending.list_stale_risks, limit=LOANS_A_RUN)
    for start in range(0, len(stale), lending.LOANS_AT_ONCE):
        part = stale[start : start + lending.LOANS_AT_ONCE]
        await db.transact(lending.keep_risks, loans=part)
    return len(stale)
