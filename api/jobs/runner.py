"""Keep jobs going until told to stop; one that fails begins again after a pause."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from api import failures
from ledger.errors import Unavailable

GRACE_SECONDS = 20.0
PAUSE = timedelta(seconds=1)

log = structlog.get_logger()


class Duty(Protocol):
    """Something that goes on until told to stop; safe on several machines at once."""

    @property
    def name(self) -> str:
        """Return what the log calls it."""
        ...

    async def keep(self, stop: asyncio.Event) -> None:
        """Go on until ``stop`` is set, then end what has begun."""
        ...


@dataclass(frozen=True)
class Job:
    """Something to do on a beat; safe to run twice."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]

    async def keep(self, stop: asyncio.Event) -> None:
        """Run on the beat until told to stop."""
        while not stop.is_set():
            try:
                await self.run()
            except Exception as error:  # noqa: BLE001 - the edge: the next beat tries again
                _report(self.name, error)
            await _wait(stop, self.every)


async def keep_all(duties: Sequence[Duty], stop: asyncio.Event) -> None:
    """Keep duties until ``stop`` is set; what has begun is finished, within a grace."""
    tasks = [asyncio.create_task(_keep(duty, stop), name=duty.name) for duty in duties]
    await stop.wait()
    _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS) if tasks else ((), ())
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def run_once(jobs: Sequence[Job]) -> None:
    """Run each job one time, in order: for a world that sets its own clock."""
    for job in jobs:
        await job.run()


async def for_each(ids: Iterable[str], act: Callable[[str], Awaitable[object]]) -> None:
    """Act on each; what fails does not keep the others from their turn.

    Raises:
        ExceptionGroup: Some failed by our fault; all have had their turn.
    """
    failed = []
    for one in ids:
        try:
            await act(one)
        except Unavailable as error:
            _report(one, error)
        except Exception as error:  # noqa: BLE001 - all of them are raised below
            failed.append(error)
    if failed:
        raise ExceptionGroup("some could not be worked on", failed)


async def by_halves(
    ids: Sequence[str],
    act: Callable[[Sequence[str]], Awaitable[object]],
    tell: Callable[[str, Exception], None],
) -> int:
    """Act on all at once, or on the halves of what failed; return on how many.

    ``tell`` hears of each on which it failed alone.

    Raises:
        Unavailable: The database is away: nobody's fault, and for all alike.
    """
    try:
        await act(ids)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the edge: one does not stop the rest
        if len(ids) == 1:
            tell(ids[0], error)
            return 0
        middle = len(ids) // 2
        halves = ids[:middle], ids[middle:]
        return sum([await by_halves(half, act, tell) for half in halves])
    return len(ids)


async def _keep(duty: Duty, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await duty.keep(stop)
        except Exception as error:  # noqa: BLE001 - the edge of a duty: it begins again
            _report(duty.name, error)
            await _wait(stop, PAUSE)


def _report(name: str, error: Exception) -> None:
    log.error("duty_failed", duty=name, **failures.describe(error))


async def _wait(stop: asyncio.Event, time: timedelta) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), time.total_seconds())
