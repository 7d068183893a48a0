"""Processes that move money at random between few accounts, and tell what they did."""

import asyncio
import multiprocessing
import random
from collections import Counter
from dataclasses import dataclass, field

from ledger import balances, entries, holds, lane
from ledger.clock import SystemClock
from ledger.database import Database, make_engine
from ledger.errors import Refusal
from ledger.ids import AccountId
from tests.ledger.builders import an_entry, an_id

HOT = 3
MOST_UNITS = 50

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


@dataclass
class Story:
    """What one process saw: what it moved, what was refused, what it read."""

    moved: Counter[AccountId] = field(default_factory=Counter)
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)


class Mover:
    """One process's luck, its database and its story."""

    def __init__(self, db: Database, wallets: list[AccountId], seed: int) -> None:
        self.db = db
        self.wallets = wallets
        self.luck = random.Random(seed)
        self.story = Story()

    def pair(self) -> tuple[AccountId, AccountId]:
        """Choose two accounts; every other time one of them is hot."""
        some = self.wallets[:HOT] if self.luck.random() < 1 / 2 else self.wallets
        first = self.luck.choice(some)
        second = self.luck.choice([one for one in self.wallets if one != first])
        return (first, second) if self.luck.random() < 1 / 2 else (second, first)

    def count(self, debit: AccountId, credit: AccountId, units: int) -> None:
        self.story.moved[debit] -= units
        self.story.moved[credit] += units

    async def post(self) -> None:
        moves = [
            (*self.pair(), self.luck.randint(1, MOST_UNITS))
            for _ in range(self.luck.randint(1, 3))
        ]
        new = [
            an_entry(self.db, entries.transfer(debit=d, credit=c, units=u))
            for d, c, u in moves
        ]
        await self.db.transact(entries.post, new)
        for move in moves:
            self.count(*move)
        if self.luck.random() < 1 / 4:
            again = await self.db.transact(entries.post, new)
            assert all(posted.replayed for posted in again)

    async def hold(self) -> None:
        debit, credit = self.pair()
        units = self.luck.randint(1, MOST_UNITS)
        on = self.db.clock.now().date()
        new = holds.NewHold(an_id(self.db), debit, credit, units, on)
        await self.db.transact(holds.place, [new])
        part = self.luck.randint(0, units)
        if part:
            item = holds.Capture(an_id(self.db), new.id, part)
            await self.db.transact(holds.capture, [item], effective_on=on)
            self.count(debit, credit, part)
        if part < units:
            rest = holds.Release(an_id(self.db), new.id)
            await self.db.transact(holds.release, [rest], effective_on=on)

    async def look(self) -> None:
        """The bank's checks: a constant total, no stranger, nothing missing or below."""
        found = await self.db.read(balances.get_many, self.wallets)
        standing = [balance.posted for balance in found.values()]
        if set(found) != set(self.wallets) or min(standing) < 0:
            self.story.strange.append(f"{standing}")
        if min(balance.available for balance in found.values()) < 0:
            self.story.strange.append("promised more than there is")
        self.story.strange += [f"total {sum(standing)}"] * (sum(standing) != self.total)

    total = 0

    async def act(self) -> None:
        choice = self.luck.choice([self.post, self.post, self.hold, self.look])
        try:
            await choice()
        except Refusal as refused:
            self.story.refused[refused.code] += 1
        else:
            self.story.done += 1


def _live(url, wallets, total: int, seed: int, acts: int, out) -> None:
    async def run() -> Story:
        db = Database(make_engine(url, pool_size=2), SystemClock())
        mover = Mover(db, wallets, seed)
        mover.total = total
        for _ in range(acts // 2):
            await asyncio.gather(mover.act(), mover.act())
        await db.engine.dispose()
        return mover.story

    out.put(asyncio.run(run()))


def live(
    url: str, wallets: list[AccountId], *, total: int, processes: int, acts: int
) -> list[Story]:
    """Let processes act at once; return their stories."""
    out = _context.Queue()
    crowd = [
        _context.Process(target=_live, args=(url, wallets, total, seed, acts, out))
        for seed in range(processes)
    ]
    for one in crowd:
        one.start()
    stories = [out.get() for _ in crowd]
    for one in crowd:
        one.join()
    return stories


def _post_by_lane(url, wallets, seed: int, told) -> None:
    """Post by a lane for ever, telling each entry once it is acknowledged."""

    async def run() -> None:
        db = Database(make_engine(url, pool_size=2), SystemClock())
        luck = random.Random(seed)
        async with lane.running(db, name=str(seed)) as writer:

            async def post() -> None:
                while True:
                    debit, credit = luck.sample(wallets, 2)
                    legs = entries.transfer(debit=debit, credit=credit, units=1)
                    entry = an_entry(db, legs)
                    told.send(("asked", entry))
                    await writer.post([entry])
                    told.send(("stored", entry))

            await asyncio.gather(*(post() for _ in range(8)))

    asyncio.run(run())


def lane_killed_after(url: str, wallets: list[AccountId], *, heard: int, seed: int):
    """Kill a lane while it works; return the entries asked for and acknowledged."""
    mine, theirs = _context.Pipe(duplex=False)
    process = _context.Process(target=_post_by_lane, args=(url, wallets, seed, theirs))
    process.start()
    theirs.close()
    asked, stored = {}, set()
    try:
        while True:
            kind, entry = mine.recv()
            if kind == "asked":
                asked[entry.id] = entry
            else:
                stored.add(entry.id)
            if len(stored) == heard:
                process.kill()
    except EOFError:
        process.join()
    return asked, stored
