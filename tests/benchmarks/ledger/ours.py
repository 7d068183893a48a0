"""Our two ways in, with everything on: identity, limits, trigger, audit record."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ledger import accounts, balances, entries, lane
from ledger.clock import SystemClock, business_date
from ledger.database import Database, Hook, UnitOfWork, make_engine
from ledger.ids import AccountId, EntryId, new_id
from ledger.outbox import AuditMode
from tests.benchmarks.ledger.measuring import Caller, Engine
from tests.benchmarks.ledger.raw import ACCOUNTS, pair

START_UNITS = 1_000_000_000_000
MOST_CONNECTIONS = 10


async def prepare(url: str) -> list[AccountId]:
    """Open accounts that may not be overdrawn and give each its start."""
    db = Database(make_engine(url), SystemClock())
    opened = await db.transact(_open)
    await db.engine.dispose()
    return opened


async def _open(uow: UnitOfWork) -> list[AccountId]:
    side = accounts.Side
    book = "benchmark"
    specs = [
        accounts.Spec(book, f"wallet/{n}", "wallet", "USD", side.CREDIT, floor=0)
        for n in range(ACCOUNTS)
    ]
    bank, *wallets = await accounts.open_all(
        uow, [accounts.Spec(book, "bank", "bank", "USD", side.DEBIT), *specs]
    )
    if await _is_new(uow, wallets[0]):
        start = [
            _entry(entries.transfer(debit=bank, credit=wallet, units=START_UNITS))
            for wallet in wallets
        ]
        await entries.post(uow, start)
    return wallets


async def _is_new(uow: UnitOfWork, wallet: AccountId) -> bool:
    return (await balances.get(uow, wallet)).version == 0


def _entry(legs: tuple[entries.Leg, ...]) -> entries.NewEntry:
    now = SystemClock().now()
    id_ = EntryId(new_id("entry", now))
    return entries.NewEntry(id_, "transfer", legs, business_date(now))


def transfer(wallets: list[AccountId], *, hot: bool) -> entries.NewEntry:
    a, b = pair(hot=hot)
    units = random.randint(1, 100)
    return _entry(entries.transfer(debit=wallets[a], credit=wallets[b], units=units))


@asynccontextmanager
async def _database(
    url: str, connections: int, audit: AuditMode, seal: Hook | None = None
) -> AsyncIterator[Database]:
    db = Database(make_engine(url, pool_size=connections), SystemClock(), audit, seal)
    yield db
    await db.engine.dispose()


def direct(
    url: str,
    wallets: list[AccountId],
    *,
    batch: int,
    hot: bool,
    audit: AuditMode = AuditMode.DEFERRED,
    seal: Hook | None = None,
) -> Engine:
    """Each caller posts in its own transaction."""

    @asynccontextmanager
    async def engine(callers: int) -> AsyncIterator[Callable[[int], Caller]]:
        connections = min(callers, MOST_CONNECTIONS)
        # The pool refuses who waits long; callers queue for a turn as requests would.
        turn = asyncio.Semaphore(connections)
        async with _database(url, connections, audit, seal) as db:

            async def call() -> int:
                new = [transfer(wallets, hot=hot) for _ in range(batch)]
                async with turn:
                    await db.transact(entries.post, new)
                return batch

            yield lambda _: call

    return engine


def by_lane(
    url: str,
    wallets: list[AccountId],
    *,
    hot: bool,
    audit: AuditMode = AuditMode.DEFERRED,
) -> Engine:
    """All callers share the writer lane."""

    @asynccontextmanager
    async def engine(callers: int) -> AsyncIterator[Callable[[int], Caller]]:
        _ = callers
        async with _database(url, 2, audit) as db, lane.running(db) as writer:

            def make(number: int) -> Caller:
                async def call() -> int:
                    new = transfer(wallets, hot=hot)
                    await writer.post([new], caller=str(number))
                    return 1

                return call

            yield make

    return engine
