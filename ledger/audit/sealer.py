"""Seal without end: batch after batch, the next read while one is sealed."""

import asyncio
import contextlib
import secrets
from datetime import timedelta

from ledger.audit.note import Signer
from ledger.audit.sealing import BATCH, Sealed, give_up_lease, seal
from ledger.audit.waiting import Place, Waiting, fetch_waiting
from ledger.database import Database
from ledger.errors import Unavailable

INTERVAL = timedelta(milliseconds=100)


class Sealer:
    """Seals batch after batch; while one is sealed it reads the next."""

    def __init__(
        self,
        db: Database,
        signer: Signer,
        *,
        holder: str | None = None,
        limit: int = BATCH,
    ) -> None:
        self._db, self._signer, self._holder, self._limit = db, signer, holder, limit
        self._before: Sealed | None = None
        self._ahead: Waiting | None = None

    async def seal(self) -> Sealed | None:
        """Seal what is next; ``None`` when nothing waits or it is another's turn.

        Raises:
            Unavailable: The database is away or busy; what comes next starts afresh.
        """
        ahead, self._ahead = self._ahead, None
        onward = ahead.onward if ahead and len(ahead.told) == self._limit else None
        sealed, self._ahead = await asyncio.gather(
            self._db.transact(
                seal,
                self._signer,
                limit=self._limit,
                holder=self._holder,
                before=self._before,
                ahead=ahead,
            ),
            self._read_after(onward),
        )
        if sealed:
            self._before = sealed
            if sealed.added == self._limit and not self._ahead:
                self._ahead = await self._read_after(sealed.onward)
        return sealed

    async def _read_after(self, place: Place | None) -> Waiting | None:
        """Read what follows a full batch; what follows another has hardly been told."""
        if place:
            with contextlib.suppress(Unavailable):
                return await self._db.read(fetch_waiting, self._limit, after=place)
        return None


async def run_sealer(
    db: Database,
    signer: Signer,
    stop: asyncio.Event,
    *,
    interval: timedelta = INTERVAL,
) -> None:
    """Seal until told to stop; ends after a last turn. Any number may run at once."""
    holder = secrets.token_hex(8)
    sealer = Sealer(db, signer, holder=holder)
    stopping = False
    while not stopping:
        stopping = stop.is_set()
        sealed = None
        with contextlib.suppress(Unavailable):
            sealed = await sealer.seal()
        if sealed is None and not stopping:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), interval.total_seconds())
    with contextlib.suppress(Unavailable):
        await db.transact(give_up_lease, holder=holder)
