"""Business at eight writers with the log off, deferred and inline, in turns."""

import asyncio
import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ledger import audit
from ledger.clock import SystemClock
from ledger.database import Database, close_engine, make_engine
from ledger.ids import AccountId
from ledger.outbox import AuditMode
from tests.benchmarks.audit import world
from tests.benchmarks.audit.log import SIGNER
from tests.benchmarks.ledger import ours
from tests.benchmarks.ledger.measuring import Engine, Tally, measure

WRITERS, PROCESSES = 8, 2


@dataclass(frozen=True)
class Pace:
    """What the writers did in one round: transactions a second, milliseconds."""

    per_second: float
    middle_ms: float
    p99_ms: float

    @classmethod
    def of(cls, tally: Tally) -> "Pace":
        """Sum up what was counted."""
        ordered = sorted(tally.latencies)
        middle, late = (ordered[len(ordered) * part // 100] * 1000 for part in (50, 99))
        return cls(tally.done / tally.seconds, middle, late)


def run(admin: str, *, rounds: int, seconds: float) -> Iterator[str]:
    """Measure the three modes in turns, each in a database of its own; yield lines."""
    books = {mode: _books(admin) for mode in AuditMode}
    paces: dict[AuditMode, list[Pace]] = {mode: [] for mode in AuditMode}
    for _ in range(rounds):
        for mode, (url, wallets) in books.items():
            with _sealing(url, mode):
                tally = measure(
                    _engine(url, wallets, mode),
                    WRITERS,
                    processes=PROCESSES,
                    seconds=seconds,
                )
            paces[mode].append(Pace.of(tally))
    best = {
        mode: max(found, key=lambda one: one.per_second)
        for mode, found in paces.items()
    }
    off = best[AuditMode.OFF]
    for mode, pace in best.items():
        yield (
            f"{WRITERS} writers, log {mode:8} {pace.per_second:6,.0f} a second"
            f" ({pace.per_second / off.per_second:.2f} of off),"
            f" middle {pace.middle_ms:.1f} ms, p99 {pace.p99_ms:.1f} ms"
            f" ({pace.p99_ms / off.p99_ms:.2f} of off)"
        )


def _books(admin: str) -> tuple[str, list[AccountId]]:
    url = world.database(admin).app
    return url, asyncio.run(ours.prepare(url))


def _engine(url: str, wallets: list[AccountId], mode: AuditMode) -> Engine:
    seal = audit.seal_inline(SIGNER) if mode is AuditMode.INLINE else None
    return ours.direct(url, wallets, batch=1, hot=False, audit=mode, seal=seal)


@contextmanager
def _sealing(url: str, mode: AuditMode) -> Iterator[None]:
    """Run a sealer beside the writers, in a process of its own."""
    if mode is not AuditMode.DEFERRED:
        yield
        return
    process = multiprocessing.get_context("fork").Process(target=_seal, args=(url,))
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _seal(url: str) -> None:
    async def keep() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        db = Database(make_engine(url, pool_size=1), SystemClock())
        await audit.run_sealer(db, SIGNER, stop)
        await close_engine(db.engine)

    asyncio.run(keep())
