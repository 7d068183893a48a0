"""The day-end as a job: any number of workers count a business date together.

Each takes loans nobody else holds, in batches of one transaction; one killed leaves its
batch to the others. A loan that cannot be counted is told apart from its batch and said
in the log; its dates stay open, and no later one is begun, until it can.
"""

from collections.abc import Sequence
from datetime import date

import structlog

from api import failures
from api.jobs.runner import by_halves
from finance import lending
from ledger.database import Database

log = structlog.get_logger()

AT_ONCE = 250


async def count_days(db: Database, *, at_once: int = AT_ONCE) -> None:
    """Count every business date up to today, so many days of loans in a transaction."""
    while (due := await db.transact(lending.dayend.open_days)) is not None:
        await _count_loans(db, due.day, max(1, at_once // due.days))
        if not await db.transact(lending.dayend.finish_days, day=due.day):
            return
    stop = await db.read(lending.dayend.find_stop)
    if stop is not None:
        last_on, seen_on = stop.last_on.isoformat(), stop.seen_on.isoformat()
        log.error("clock_stopped", stop=stop.id, last_on=last_on, seen_on=seen_on)


async def _count_loans(db: Database, day: date, limit: int) -> None:
    """Count up to a day for all loans, batch by batch, but for those others work on."""

    async def count(ids: Sequence[str]) -> None:
        await db.transact(lending.dayend.count_loans, loan_ids=ids, day=day)

    def tell(loan: str, error: Exception) -> None:
        facts = failures.describe(error)
        log.error("loan_not_counted", loan=loan, day=day.isoformat(), **facts)

    after = None
    while ids := await db.read(
        lending.dayend.list_waiting, day=day, after=after, limit=limit
    ):
        await by_halves(ids, count, tell)
        after = ids[-1]
