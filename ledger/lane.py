"""The writer lane: many concurrent callers, one transaction, a verdict for each.

Callers wait while the lane commits; what has gathered meanwhile is the next batch, so
an idle lane commits alone and a busy one shares its commits, without any timer. The
posting is the same function the direct way uses, under the same row locks: both may
run beside each other. A lease with a fencing number sees to it that two processes
never both write as one lane.
"""

import asyncio
import contextlib
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

import psycopg

from ledger import lease
from ledger.booking import ARGUMENTS, Asked, Outcome, book_each, values
from ledger.clock import business_date
from ledger.database import Database, Straight, UnitOfWork
from ledger.drafting import Draft
from ledger.entries import NewEntry
from ledger.errors import Unavailable
from ledger.journal import Booking, Posted
from ledger.lease import LaneTaken, Lease
from ledger.outbox import AuditMode

_CUT_SHORT: Final = "the writer lane was cut short; try again"

# What the fence gives the booking needs, so nothing is booked when the lane was lost.
_BOOK: Final = f"""
SELECT written, versions, sums FROM (
    SELECT false AS judged FROM lane
     WHERE name = %(name)s AND epoch = %(epoch)s FOR SHARE
) AS held, LATERAL book(judged => held.judged, {ARGUMENTS})
"""  # noqa: S608 - our own names


@dataclass(frozen=True)
class Limits:
    """How much one commit takes, how much may wait, how often the lease is renewed.

    A call's fixed part is worth about 25 transfers, so a batch below ``halved_from`` is
    not cut in two.
    """

    batch_entries: int = 512
    halved_from: int = 32
    waiting: int = 8_192
    waiting_of_one_caller: int = 2_048
    renew_seconds: int = lease.SECONDS // 3


STANDARD: Final = Limits()


class LaneFull(Unavailable):
    """More waits than the lane takes on; send the same entries again in a moment."""


class LaneClosed(Unavailable):
    """The lane takes nothing any more; what it had taken on has been answered."""


@dataclass(frozen=True)
class _Waiting:
    """Entries one caller wants booked, all or none, and where the answer goes."""

    bookings: tuple[Booking, ...]
    answer: "asyncio.Future[list[Posted]]"


@dataclass(frozen=True)
class _Batch:
    """What one commit is asked, laid out for the database when nothing is odd about it."""

    waiting: Sequence[_Waiting]
    asked: Asked | None = None
    values: dict[str, Any] | None = None


@dataclass(frozen=True)
class _UnderWay:
    """A batch that is being committed."""

    batch: _Batch
    verdicts: "asyncio.Task[Sequence[Outcome | Exception]]"


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

    def take(self, *, idle: bool = False) -> list[_Waiting]:
        """Take the next batch: one from each caller, round and round.

        When nothing is being committed and many wait, half of them: the other half is
        laid out meanwhile, and from then on the two alternate.
        """
        batch: list[_Waiting] = []
        room = self._limits.batch_entries
        if idle and self._count >= self._limits.halved_from:
            room = min(room, self._count // 2)
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
        self, db: Database, held: Lease, limits: Limits, straight: Straight
    ) -> None:
        self._db = db
        self._straight = straight
        self._lease = held
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
        batch, under_way = _Batch(()), None
        try:
            while self._open or len(self._queue) or under_way:
                await self._wait(under_way)
                batch = self._lay_out(self._queue.take(idle=under_way is None))
                if under_way is None and len(batch.waiting) == 1:
                    # Nobody else waits; a task of its own would keep the one waiting.
                    _tell(batch, await self._judge_all(batch))
                else:
                    ended, under_way = under_way, await self._send(batch, under_way)
                    if ended is not None:
                        _tell(ended.batch, ended.verdicts.result())
                if self._time() - renewed >= self._limits.renew_seconds:
                    await self._stay()
                    renewed = self._time()
        finally:
            self.close()
            closed = LaneClosed("the writer lane ended; try again")
            _answer_all(self._queue.drain(), closed)
            if under_way is not None:
                under_way.verdicts.cancel()
                await asyncio.wait([under_way.verdicts])
                if not under_way.verdicts.cancelled():
                    _tell(under_way.batch, under_way.verdicts.result())
            # Whoever was being booked when the lane is cancelled would wait for ever.
            for cut in [batch] + ([under_way.batch] if under_way else []):
                _answer_all(cut.waiting, Unavailable(_CUT_SHORT))

    @staticmethod
    def _time() -> int:
        return int(asyncio.get_running_loop().time())

    async def _wait(self, under_way: _UnderWay | None) -> None:
        """Wait for something to book, a commit's end, or the time to renew."""
        # Those just answered come back with their next entries before the batch is cut.
        await asyncio.sleep(0)
        ended = under_way is not None and under_way.verdicts.done()
        if self._open and not len(self._queue) and not ended:
            self._wake.clear()
            loop = asyncio.get_running_loop()
            alarm = loop.call_later(self._limits.renew_seconds, self._wake.set)
            await self._wake.wait()
            alarm.cancel()

    async def _send(self, batch: _Batch, before: _UnderWay | None) -> _UnderWay | None:
        """Start a batch's commit once the one before has ended.

        It is on its way to the database before those of the one before are answered.
        """
        if before is not None and not before.verdicts.done():
            await asyncio.wait([before.verdicts])
        if not batch.waiting:
            return None
        verdicts = asyncio.create_task(self._judge_all(batch))
        verdicts.add_done_callback(lambda _: self._wake.set())
        await asyncio.sleep(0)
        return _UnderWay(batch, verdicts)

    def _lay_out(self, waiting: Sequence[_Waiting]) -> _Batch:
        """Write a batch as the database takes it; what fails is found alone, later."""
        if not waiting:
            return _Batch(waiting)
        now = self._db.clock.now()
        groups = [one.bookings for one in waiting]
        try:
            asked = Asked.of(groups, business_date(now))
            if not asked.draft.is_plain() or self._db.audit is AuditMode.INLINE:
                return _Batch(waiting)
            told = values(
                asked.draft, actor=self._db.actor, audit=self._db.audit, now=now
            )
            return _Batch(waiting, asked, told)
        except Exception:  # noqa: BLE001 - judged one by one, it is told to whom it concerns
            return _Batch(waiting)

    async def _judge_all(self, batch: _Batch) -> Sequence[Outcome | Exception]:
        """Book a batch; one by one when something broke it as a whole."""
        waiting = batch.waiting
        try:
            return await self._book_all(batch)
        except Unavailable as trouble:
            if isinstance(trouble, LaneTaken):
                self.close()
            return [trouble] * len(waiting)
        except Exception as trouble:  # noqa: BLE001 - handed to the caller it concerns
            if len(waiting) == 1:
                return [trouble]
            alone = [self._lay_out([one]) for one in waiting]
            return [one for each in alone for one in await self._judge_all(each)]

    async def _book_all(self, batch: _Batch) -> list[Outcome]:
        """Book in one statement if nothing speaks against it, else judge one by one."""
        if batch.asked is not None and batch.values is not None:
            with contextlib.suppress(psycopg.Error):
                posted = await self._book_plainly(batch.asked.draft, batch.values)
                if posted is not None:
                    return batch.asked.in_turn(iter(posted))
        groups = [one.bookings for one in batch.waiting]
        return await self._db.transact(self._judge, groups)

    async def _book_plainly(
        self, draft: Draft, values: dict[str, Any]
    ) -> list[Posted] | None:
        if not draft.bookings:
            return []
        row = await self._straight.find_row(_BOOK, {**asdict(self._lease), **values})
        if row is None:
            raise LaneTaken(lease.TAKEN_OVER)
        written, versions, sums = row
        return draft.outcomes(versions, sums) if written else None

    async def _judge(
        self, uow: UnitOfWork, groups: Sequence[Sequence[Booking]]
    ) -> list[Outcome]:
        await lease.require(uow, self._lease)
        return await book_each(uow, groups)

    async def _stay(self) -> None:
        """Renew the lease; a database away for a moment does not end the lane."""
        try:
            await self._db.transact(lease.renew, self._lease)
        except LaneTaken:
            raise
        except Unavailable:
            return  # whoever takes the lane over meanwhile raises its epoch


def _tell(batch: _Batch, verdicts: Sequence[Outcome | Exception]) -> None:
    """Give each of a batch its verdict."""
    for waiting, verdict in zip(batch.waiting, verdicts, strict=True):
        _answer(waiting, verdict)


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
    held = await db.transact(lease.take, name)
    try:
        async with db.straight() as straight:
            lane = Lane(db, held, limits, straight)
            at_work = asyncio.create_task(lane.run())
            try:
                yield lane
            finally:
                lane.close()
                with contextlib.suppress(Unavailable):
                    await at_work
    finally:
        with contextlib.suppress(Unavailable):
            await db.transact(lease.give_up, held)
