"""Count what callers get done until a deadline, in one process or in several."""

import asyncio
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from pathlib import Path

from ledger import memory

PROBES = 25
BLOCK = 8192

# Makes one caller: each call books some transfers durably and returns how many.
Caller = Callable[[], Awaitable[int]]
Engine = Callable[[int], AbstractAsyncContextManager[Callable[[int], Caller]]]


@dataclass(frozen=True)
class Case:
    """One line of the table: what is asked, by how many callers in how many processes."""

    name: str
    callers: int
    batch: int = 1
    hot: bool = False


@dataclass(frozen=True)
class Figure:
    """What an engine did in a case; latencies are of one call."""

    engine: str
    case: str
    callers: int
    per_second: int
    p50_ms: float
    p99_ms: float
    fsync_ms: float

    def line(self) -> str:
        return json.dumps(asdict(self))


@dataclass
class Tally:
    done: int
    latencies: list[float]
    seconds: float


def fsync_ms(folder: Path) -> float:
    """Return the median time to make one block durable: the state of the disk."""
    path = folder / "fsync.probe"
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    times, block = [], os.urandom(BLOCK)
    for number in range(PROBES):
        os.pwrite(handle, block, number % 8 * BLOCK)
        began = time.perf_counter()
        os.fdatasync(handle)
        times.append(time.perf_counter() - began)
    os.close(handle)
    path.unlink()
    return round(sorted(times)[PROBES // 2] * 1000, 2)


async def _run(engine: Engine, callers: int, seconds: float) -> Tally:
    async with engine(callers) as make:
        memory.settle()  # as the server does
        latencies: list[float] = []
        done = 0
        began = time.perf_counter()
        end = began + seconds

        async def work(call: Caller) -> None:
            nonlocal done
            now = time.perf_counter()
            while now < end:
                booked = await call()
                done += booked
                after = time.perf_counter()
                latencies.append(after - now)
                now = after

        await asyncio.gather(*(work(make(number)) for number in range(callers)))
        return Tally(done, latencies, time.perf_counter() - began)


def _child(engine: Engine, callers: int, seconds: float, gate, out) -> None:
    gate.wait()
    out.put(asyncio.run(_run(engine, callers, seconds)))


def measure(engine: Engine, callers: int, *, processes: int, seconds: float) -> Tally:
    """Run callers in as many processes; counts are summed over the longest run."""
    if processes == 1:
        return asyncio.run(_run(engine, callers, seconds))
    context = multiprocessing.get_context("fork")
    gate, out = context.Barrier(processes), context.Queue()
    share = callers // processes
    children = [
        context.Process(target=_child, args=(engine, share, seconds, gate, out))
        for _ in range(processes)
    ]
    for child in children:
        child.start()
    tallies = [out.get() for _ in children]
    for child in children:
        child.join()
    return Tally(
        sum(tally.done for tally in tallies),
        [one for tally in tallies for one in tally.latencies],
        max(tally.seconds for tally in tallies),
    )


def figure(name: str, case: Case, tally: Tally, probe: float) -> Figure:
    """Write a tally as a line, and say it at once."""
    ordered = sorted(tally.latencies)
    said = Figure(
        name,
        case.name,
        case.callers,
        round(tally.done / tally.seconds),
        round(ordered[len(ordered) // 2] * 1000, 2),
        round(ordered[len(ordered) * 99 // 100] * 1000, 2),
        probe,
    )
    sys.stdout.write(f"{said.line()}\n")
    sys.stdout.flush()
    return said
