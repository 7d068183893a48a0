"""Work the risk of loans out a few at a time, so that nobody waits for it.

A loan whose risk cannot be worked out is told apart from its batch and said in the log;
it has its turn again with the next run, and keeps no other from theirs.
"""

from collections.abc import Sequence
from typing import Final

import structlog

from api import failures
from api.jobs.runner import by_halves
from finance import lending
from ledger.database import Database

# Some ten seconds of work; what is left over has its turn a minute later.
LOANS_A_RUN: Final = 2_000

log = structlog.get_logger()


async def keep(db: Database) -> int:
    """Keep the risk of loans whose kept one no longer fits; return of how many."""

    async def keep_some(loans: Sequence[str]) -> None:
        await db.transact(lending.keep_risks, loans=loans)

    stale = await db.read(lending.list_stale_risks, limit=LOANS_A_RUN)
    kept = 0
    for start in range(0, len(stale), lending.LOANS_AT_ONCE):
        part = stale[start : start + lending.LOANS_AT_ONCE]
        kept += await by_halves(part, keep_some, _tell)
    return kept


def _tell(loan: str, error: Exception) -> None:
    log.error("loan_risk_unknown", loan=loan, **failures.describe(error))
