"""Processes that write, and sealers in processes of their own that are killed."""

import asyncio
import multiprocessing
import random
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess

import psycopg

from ledger import audit, entries
from ledger.clock import SystemClock
from ledger.database import Database, make_engine
from ledger.ids import AccountId
from tests.ledger.audit.builders import SIGNER, DoorOpened, tell
from tests.ledger.builders import an_entry

SEALERS = 2
LONGEST_LIFE_SECONDS = 0.3

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


def _write(url: str, pair: Sequence[AccountId], seed: int, plan, told) -> None:
    """Run commands one after the other; tell what each was about once it is over."""
    commands, seconds = plan
    luck = random.Random(seed)

    async def run() -> None:
        db = Database(make_engine(url, pool_size=1), SystemClock())
        for number in range(commands):
            await asyncio.sleep(luck.uniform(0, 2 * seconds / commands))
            door = f"door_{seed}_{number}"
            if luck.random() < 1 / 2:
                await db.transact(tell, DoorOpened(door))
                told.put(door)
            else:
                legs = entries.transfer(debit=pair[0], credit=pair[1], units=1)
                entry = an_entry(db, legs)
                await db.transact(entries.post, [entry])
                told.put(entry.id)
        await db.engine.dispose()

    asyncio.run(run())


def _seal(url: str) -> None:
    async def run() -> None:
        db = Database(make_engine(url, pool_size=1), SystemClock())
        await audit.run_sealer(db, SIGNER, asyncio.Event())

    asyncio.run(run())


def _start_sealer(url: str) -> BaseProcess:
    process = _context.Process(target=_seal, args=(url,))
    process.start()
    return process


def seal_and_kill(
    app_url: str,
    owner_url: str,
    pair: Sequence[AccountId],
    *,
    writers: int,
    commands: int,
    kills: int,
) -> list[str]:
    """Let writers and two sealers work, kill sealers; return what was told.

    Two sealers run all the time; one of them, drawn by lot, is killed without a warning
    and another takes its place. A lease lapses at once, so that nobody waits for it.
    """
    told = _context.Queue()
    plan = (commands, kills * LONGEST_LIFE_SECONDS)
    crowd = [
        _context.Process(target=_write, args=(app_url, pair, seed, plan, told))
        for seed in range(writers)
    ]
    sealing = [_start_sealer(app_url) for _ in range(SEALERS)]
    for one in crowd:
        one.start()
    luck = random.Random(kills)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        for _ in range(kills):
            time.sleep(luck.uniform(0, 2 * LONGEST_LIFE_SECONDS))
            place = luck.randrange(SEALERS)
            sealing[place].kill()
            sealing[place].join()
            owner.execute(
                "UPDATE audit_lease SET renewed_at = renewed_at - interval '1 day'"
            )
            sealing[place] = _start_sealer(app_url)
    found = [told.get() for _ in range(writers * commands)]
    for process in (*sealing, *crowd):
        if process in sealing:
            process.kill()
        process.join()
    return found
