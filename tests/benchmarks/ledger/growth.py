"""See what size does: python -m tests.benchmarks.ledger.growth.

Books transfers until the table holds many, in batches of a thousand with everything
on, and says what a batch, a single post, a past balance and this process's memory cost
on the way. The sealer does not run; its queue grows as well.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import psycopg

from api import postgres, schema
from ledger import balances, entries, memory
from ledger.clock import SystemClock
from ledger.database import Database, UnitOfWork, make_engine
from ledger.ids import AccountId
from tests.benchmarks.ledger import ours

BATCH = 1_000
MEASURED = 60
PROBES = 1_000


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ledger.growth")
    parser.add_argument("--transfers", type=int, default=5_000_000)
    parser.add_argument("--marks", type=int, default=5, help="how often to look")
    return parser.parse_args()


class Growth:
    """A ledger that grows, and what is measured of it at each mark."""

    def __init__(self, db: Database, wallets: list[AccountId]) -> None:
        self.db = db
        self.wallets = wallets
        self.moments: list[datetime] = []

    async def book(self, count: int) -> None:
        new = [ours.transfer(self.wallets, hot=False) for _ in range(count)]
        await self.db.transact(entries.post, new)

    async def grow(self, transfers: int) -> None:
        for _ in range(transfers // BATCH):
            await self.book(BATCH)
        self.moments.append(self.db.clock.now())

    async def look_back(self) -> None:
        await self.db.read(self.ask_of_the_past)

    async def ask_of_the_past(self, uow: UnitOfWork) -> None:
        wallet, moment = random.choice(self.wallets), random.choice(self.moments)
        await balances.at(uow, wallet, moment)

    async def ask_often(self, uow: UnitOfWork) -> list[float]:
        return await timed(lambda: self.ask_of_the_past(uow), PROBES)

    async def mark(self, transfers: int) -> dict[str, float]:
        """Measure a batch, a post and a past balance, in milliseconds.

        ``past`` is the question alone, ``read`` with the snapshot opened for it.
        """
        batch = await timed(lambda: self.book(BATCH), MEASURED)
        single = await timed(lambda: self.book(1), PROBES)
        past = await self.db.read(self.ask_often)
        read = await timed(self.look_back, PROBES)
        return {
            "postings": 2 * transfers,
            "batch_p50_ms": batch[len(batch) // 2],
            "post_p50_ms": single[len(single) // 2],
            "past_p50_ms": past[len(past) // 2],
            "past_p99_ms": past[len(past) * 99 // 100],
            "read_p99_ms": read[len(read) * 99 // 100],
            "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


async def timed(work: Callable[[], Awaitable[None]], times: int) -> list[float]:
    """Return how long each run took in milliseconds, the shortest first."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        took.append(round((time.perf_counter() - began) * 1000, 3))
    return sorted(took)


async def run(url: str, wallets: list[AccountId], transfers: int, marks: int) -> None:
    db = Database(make_engine(url), SystemClock())
    growth = Growth(db, wallets)
    await growth.grow(10 * BATCH)
    memory.settle()  # as the server does
    done = 0
    for mark in range(marks + 1):
        if mark:
            await growth.grow(transfers // marks)
            done += transfers // marks
        said = await growth.mark(done)
        sys.stdout.write(f"{json.dumps(said)}\n")
        sys.stdout.flush()
    await db.engine.dispose()


def main() -> None:
    """Grow a ledger in an embedded database and write a line at each mark."""
    arguments = read_arguments()
    with (
        tempfile.TemporaryDirectory(prefix="tonle-benchmark-") as folder,
        postgres.running(Path(folder)) as admin,
    ):
        passwords = dict.fromkeys(schema.ROLES, "only-for-tests")
        schema.make_roles(admin, passwords)
        schema.make_database(admin, "growth")
        urls = schema.Urls.of(admin, "growth", passwords)
        schema.migrate(urls.owner)
        wallets = asyncio.run(ours.prepare(urls.app))
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")
        asyncio.run(run(urls.app, wallets, arguments.transfers, arguments.marks))
    sys.stdout.write(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")


if __name__ == "__main__":
    main()
