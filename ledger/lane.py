"""The writer lane: many concurrent callers, one transaction, a verdict for each.

Callers wait while the lane commits; what has gathered meanwhile is the next batch, so
an idle lane commits alone and a busy one shares its commits, without any timer. The
posting is the same function the direct way uses, under the same row locks: both may
run beside each other. A lease with a fencing number sees to it that two processes
never both write as one lane.
"""

import asyncio
import contextlib
import secrets
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.booking import ARGUMENTS, Asked, Outcome, book_each, values
from ledger.clock import business_date
from ledger.database import Database, Straight, UnitOfWork
from ledger.drafting import Draft
from ledger.entries import NewEntry
from ledger.errors import Unavailable
from ledger.journal import Booking, Posted
from ledger.outbox import AuditMode
from ledger.tables import Base

LEASE_SECONDS: Final = 10
_TAKEN_OVER: Final = "another process has taken the writer lane over"

# A commit takes the row for sharing, so who takes the lane over waits for it to end.
_FENCE = text("SELECT 1 FROM lane WHERE name = :name AND epoch = :epoch FOR SHARE")
# What the fence gives the booking needs, so nothing is booked when the lane was lost.
_BOOK: Final = f"""
SELECT written, versions, sums FROM (
    SELECT false AS judged FROM lane
     WHERE name = %(name)s AND epoch = %(epoch)s FOR SHARE
) AS held, LATERAL book(judged => held.judged, {ARGUMENTS})
"""  # noqa: S608 - our own names
_RENEW = text(
    "UPDATE lane SET renewed_at = clock_timestamp()"
    " WHERE name = :name AND epoch = :epoch RETURNING 1"
)
_TAKE = text("""
INSERT INTO lane AS kept (name, holder, epoch, renewed_at)
VALUES (:name, :holder, 1, clock_timestamp())
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, epoch = kept.epoch + 1, renewed_at = clock_timestamp()
WHERE kept.holder = ''
   OR kept.renewed_at < clock_timestamp() - make_interval(secs => :seconds)
RETURNING epoch
""")
_GIVE_UP = text("UPDATE lane SET holder = '' WHERE name = :name AND epoch = :epoch")


@dataclass(frozen=True)
class Limits:
    """How much one commit takes, how much may wait, how often the lease is renewed."""

    batch_entries: int = 512
    waiting: int = 8_192
    waiting_of_one_caller: int = 2_048
    renew_seconds: int = LEASE_SECONDS // 3


STANDARD: Final = Limits()


class LaneRow(Base):
    """Who writes as a lane; each change of hands raises ``epoch``."""

    __tablename__ = "lane"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    epoch: Mapped[int]
    renewed_at: Mapped[datetime]


class LaneTaken(Unavailable):
    """Another process holds the lane."""


class LaneFull(Unavailable):
    """More waits than the lane takes on; send the same entries again in a moment."""


class LaneClosed(Unavailable):
    """The lane takes nothing any more; what it had taken on has been answered."""


@dataclass(frozen=True)
class Lease:
    """The right to write as a lane; ``epoch`` is its fencing number."""

    name: str
    epoch: int


@dataclass(frozen=True)
class _Waiting:
    """Entries one caller wants booked, all or none, and where the answer goes."""

    bookings: tuple[Booking, ...]
    answer: "asyncio.Future[list[Posted]]"


class Queue:
    """What waits, bounded, taken in turns: no caller waits for another's backlog."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: OrderedDict[str, deque[_Waiting]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, caller: str, waiting: _Waiting) -> None:
        """Let a caller's entries wait, or refuse them when too many do."""
        own = self._waiting.setdefault(caller, deque())
        most, most_of_one = self._limits.waiting, self._limits.waiting_of_one_caller
        if self._count >= most or len(own) >= most_of_one:
            if not own:
                del self._waiting[caller]
            raise LaneFull("too many entries wait; send them again in a moment")
        own.append(waiting)
        self._count += 1

    def take(self) -> list[_Waiting]:
        """Take the next batch: one from each caller, round and round."""
        batch: list[_Waiting] = []
        room = self._limits.batch_entries
        while self._waiting and room > 0:
            caller, own = self._waiting.popitem(last=False)
            first = own.popleft()
            self._count -= 1
            if own:
                self._waiting[caller] = own
            # Whoever stopped waiting gets nothing booked.
            if not first.answer.cancelled():
                batch.append(first)
                room -= len(first.bookings)
        return batch

    def drain(self) -> list[_Waiting]:
        """Take everything that waits."""
        waiting = [one for own in self._waiting.values() for one in own]
        self._waiting.clear()
        self._count = 0
        return waiting


class Lane:
    """One writer; ``post`` from any number of tasks of this process."""

    def __init__(
        self, db: Database, lease: Lease, limits: Limits, straight: Straight
    ) -> None:
        self._db = db
        self._straight = straight
        self._lease = {"name": lease.name, "epoch": lease.epoch}
        self._limits = limits
        self._queue = Queue(limits)
        self._wake = asyncio.Event()
        self._open = True

    async def post(self, new: Sequence[NewEntry], *, caller: str = "") -> list[Posted]:
        """Book entries, all or none, and return once they are durable.

        ``caller`` is who shares the lane's room evenly with the others. A caller that
        stops waiting may or may not have been booked; its ids tell.

        Raises:
            Refusal: As ``entries.post`` does; other callers are not touched by it.
            LaneFull, LaneClosed: Nothing was booked.
            Unavailable: The outcome is not known; the same ids tell on a retry.
        """
        if not self._open:
            raise LaneClosed("the writer lane is closed; send the entries again")
        bookings = tuple([entry.booking() for entry in new])
        if not bookings:
            return []
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Posted]] = loop.create_future()
        self._queue.put(caller, _Waiting(bookings, answer))
        self._wake.set()
        return await answer

    def close(self) -> None:
        """Take nothing more; what waits is still booked."""
        self._open = False
        self._wake.set()

    async def run(self) -> None:
        """Book what waits, batch after batch, until closed and empty."""
        renewed = self._time()
        try:
            while self._open or len(self._queue):
                await self._wait()
                await self._commit(self._queue.take())
                if self._time() - renewed >= self._limits.renew_seconds:
                    await self._stay()
                    renewed = self._time()
        finally:
            self.close()
            ended = LaneClosed("the writer lane ended; try again")
            _answer_all(self._queue.drain(), ended)

    @staticmethod
    def _time() -> int:
        return int(asyncio.get_running_loop().time())

    async def _wait(self) -> None:
        # Those just answered come back with their next entries before the batch is cut.
        await asyncio.sleep(0)
        if self._open and not len(self._queue):
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._limits.renew_seconds)

    async def _commit(self, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        try:
            outcomes = await self._book_all([waiting.bookings for waiting in batch])
        except Unavailable as trouble:
            _answer_all(batch, trouble)
            if isinstance(trouble, LaneTaken):
                self.close()
        except Exception as trouble:  # noqa: BLE001 - handed to the caller it concerns
            await self._commit_alone(batch, trouble)
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _answer(waiting, outcome)
        finally:
            # Whoever was being booked when the lane is cancelled would wait for ever.
            cut_short = Unavailable("the writer lane was cut short; try again")
            _answer_all(batch, cut_short)

    async def _book_all(self, groups: Sequence[Sequence[Booking]]) -> list[Outcome]:
        """Book in one statement if nothing speaks against it, else judge one by one."""
        now = self._db.clock.now()
        asked = Asked.of(groups, business_date(now))
        if asked.draft.is_plain() and self._db.audit is not AuditMode.INLINE:
            with contextlib.suppress(psycopg.Error):
                posted = await self._book_plainly(asked.draft, now)
                if posted is not None:
                    return asked.in_turn(iter(posted))
        return await self._db.transact(self._judge, groups)

    async def _book_plainly(self, draft: Draft, now: datetime) -> list[Posted] | None:
        if not draft.bookings:
            return []
        wanted = values(draft, actor=self._db.actor, audit=self._db.audit, now=now)
        row = await self._straight.find_row(_BOOK, {**self._lease, **wanted})
        if row is None:
            raise LaneTaken(_TAKEN_OVER)
        written, versions, sums = row
        return draft.outcomes(versions, sums) if written else None

    async def _commit_alone(
        self, batch: Sequence[_Waiting], trouble: Exception
    ) -> None:
        """Book one by one when something broke the batch as a whole."""
        if len(batch) == 1:
            _answer(batch[0], trouble)
            return
        for waiting in batch:
            await self._commit([waiting])

    async def _judge(
        self, uow: UnitOfWork, groups: Sequence[Sequence[Booking]]
    ) -> list[Outcome]:
        await self._require(uow, _FENCE)
        return await book_each(uow, groups)

    async def _stay(self) -> None:
        """Renew the lease; a database away for a moment does not end the lane."""
        try:
            await self._db.transact(self._renew)
        except LaneTaken:
            raise
        except Unavailable:
            return  # whoever takes the lane over meanwhile raises its epoch

    async def _renew(self, uow: UnitOfWork) -> None:
        await self._require(uow, _RENEW)

    async def _require(self, uow: UnitOfWork, statement: TextClause) -> None:
        if await uow.session.scalar(statement, self._lease) is None:
            raise LaneTaken(_TAKEN_OVER)


def _answer(waiting: _Waiting, outcome: Outcome | Exception) -> None:
    if waiting.answer.done():
        return
    if isinstance(outcome, Exception):
        waiting.answer.set_exception(outcome)
    else:
        waiting.answer.set_result(outcome)


def _answer_all(waiting: Sequence[_Waiting], trouble: Unavailable) -> None:
    for one in waiting:
        _answer(one, trouble)


@asynccontextmanager
async def running(
    db: Database, *, name: str = "main", limits: Limits = STANDARD
) -> AsyncIterator[Lane]:
    """Hold a lane and run it; at the end book what waits, then let the lane go.

    Entries are recorded as told by the actor ``db`` is bound to.

    Raises:
        LaneTaken: Another process holds the lane, or did ten seconds ago.
    """
    lease = await db.transact(_take, name=name)
    try:
        async with db.straight() as straight:
            lane = Lane(db, lease, limits, straight)
            at_work = asyncio.create_task(lane.run())
            try:
                yield lane
            finally:
                lane.close()
                with contextlib.suppress(Unavailable):
                    await at_work
    finally:
        with contextlib.suppress(Unavailable):
            await db.transact(_give_up, lease=lease)


async def _take(uow: UnitOfWork, *, name: str) -> Lease:
    asked = {"name": name, "holder": secrets.token_hex(8), "seconds": LEASE_SECONDS}
    epoch = await uow.session.scalar(_TAKE, asked)
    if epoch is None:
        raise LaneTaken("another process holds the writer lane; try again shortly")
    return Lease(name, epoch)


async def _give_up(uow: UnitOfWork, *, lease: Lease) -> None:
    await uow.session.execute(_GIVE_UP, {"name": lease.name, "epoch": lease.epoch})
