"""Compare journal, events, audit log and shares, and sound the alarm."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from finance import lending
from ledger import audit
from ledger.database import Database

EACH_HOUR = timedelta(hours=1)
EACH_DAY = timedelta(days=1)
LATELY = timedelta(days=2)
BEGINNING = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


@dataclass(frozen=True)
class Comparison:
    """What was told lately is compared each hour, everything each day."""

    db: Database

    async def compare_lately(self) -> None:
        """Compare what was told in the last two days."""
        await self._compare(self.db.clock.now() - LATELY)

    async def compare_all(self) -> None:
        """Compare everything."""
        await self._compare(BEGINNING)

    async def _compare(self, since: datetime) -> None:
        for one in await self.db.read(audit.reconcile, since=since):
            log.error("log_and_books_differ", finding=one.finding.name, id=one.id)
        for receipt in await self.db.read(lending.find_miscounted, since=since):
            log.error("log_and_shares_differ", receipt=receipt)
