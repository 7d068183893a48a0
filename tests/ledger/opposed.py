"""Processes that lock the same accounts in opposite orders, watched by another one."""

import asyncio
import multiprocessing
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event

from sqlalchemy import text

from ledger import entries
from ledger.clock import SystemClock
from ledger.database import Database, UnitOfWork, make_engine
from ledger.entries import Leg
from ledger.errors import Refusal
from ledger.ids import AccountId
from tests.ledger.builders import an_entry

MOST_UNITS = 40
PAIRS = 3
PATIENCE_SECONDS = 500

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])

# Balances beside the last posting of each account, all of one snapshot.
_BANK = text("""
SELECT a.path, b.posted_credits - b.posted_debits, -p.balance_after,
       b.posted_credits - b.posted_debits - b.pending_debits
  FROM account a
  LEFT JOIN balance b ON b.account = a.id
  LEFT JOIN posting p ON p.account = a.id AND p.version = b.version
 WHERE a.kind = 'wallet'
""")


@dataclass
class Told:
    """What one process did, and whatever reached it that no caller should see."""

    done: int = 0
    refused: int = 0
    reads: int = 0
    strange: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Bank:
    """What must be true of the wallets in any read at any time."""

    url: str
    wallets: Sequence[AccountId]
    paths: frozenset[str]
    total: int

    def faults(self, rows: Sequence[Sequence[int]]) -> list[str]:
        """Jepsen's bank: constant total, no stranger, nothing missing or below zero."""
        found = {path: values for path, *values in rows}
        if found.keys() != self.paths:
            return [f"accounts {sorted(found.keys() ^ self.paths)}"]
        if any(value is None for values in found.values() for value in values):
            return [f"nil in {found}"]
        wrong = [f"{path} has {v}" for path, v in found.items() if min(v) < 0]
        wrong += [f"{path} moved to {v}" for path, v in found.items() if v[0] != v[1]]
        total = sum(values[0] for values in found.values())
        return wrong + [f"total {total}"] * (total != self.total)


def _moves(db: Database, bank: Bank, luck: random.Random, *, upwards: bool):
    """Make entries over pairs of accounts, in one order of accounts or the other."""
    chosen = sorted(luck.sample(bank.wallets, 2 * PAIRS), reverse=not upwards)
    units = luck.randint(1, MOST_UNITS)
    pairs = zip(chosen[::2], chosen[1::2], strict=True)
    return [an_entry(db, [Leg(one, units), Leg(two, -units)]) for one, two in pairs]


def _move(bank: Bank, seed: int, acts: int, out) -> None:
    told = Told()

    async def run() -> None:
        db = Database(make_engine(bank.url, pool_size=2), SystemClock())
        luck = random.Random(seed)
        for act in range(acts):
            new = _moves(db, bank, luck, upwards=(seed + act) % 2 == 0)
            try:
                await db.transact(entries.post, new)
                told.done += 1
            except Refusal as refused:
                told.refused += 1
                if refused.code != "insufficient_funds":
                    told.strange.append(refused.code)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
                told.strange.append(repr(error))
        await db.engine.dispose()

    asyncio.run(run())
    out.put(told)


async def _look(uow: UnitOfWork) -> Sequence[Sequence[int]]:
    return (await uow.session.execute(_BANK)).all()


def _watch(bank: Bank, over: Event, out) -> None:
    told = Told()

    async def run() -> None:
        db = Database(make_engine(bank.url, pool_size=1), SystemClock())
        while not over.is_set():
            told.strange += bank.faults(await db.read(_look))
            told.reads += 1
        await db.engine.dispose()

    asyncio.run(run())
    out.put(told)


def live(bank: Bank, *, processes: int, acts: int) -> tuple[list[Told], Told]:
    """Let processes move money in opposite orders; return their stories, and the watch."""
    out, seen, over = _context.Queue(), _context.Queue(), _context.Event()
    watch = _context.Process(target=_watch, args=(bank, over, seen))
    crowd = [
        _context.Process(target=_move, args=(bank, seed, acts, out))
        for seed in range(processes)
    ]
    for one in (watch, *crowd):
        one.start()
    told = [out.get(timeout=PATIENCE_SECONDS) for _ in crowd]
    over.set()
    watched = seen.get(timeout=PATIENCE_SECONDS)
    for one in (watch, *crowd):
        one.join()
    return told, watched
