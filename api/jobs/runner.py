"""Run each job on its own beat until told to stop; one that fails tries again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from api import failures

GRACE_SECONDS = 20.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """Something to do again and again; safe to run twice and on several machines."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


async def run_jobs(jobs: Sequence[Job], stop: asyncio.Event) -> None:
    """Run jobs until ``stop`` is set; what has begun is finished, within a grace."""
    tasks = [asyncio.create_task(_beat(job, stop), name=job.name) for job in jobs]
    await stop.wait()
    _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS) if tasks else ((), ())
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def run_once(jobs: Sequence[Job]) -> None:
    """Run each job one time, in order: for a world that sets its own clock."""
    for job in jobs:
        await job.run()


async def _beat(job: Job, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await job.run()
        except Exception as error:  # noqa: BLE001 - the edge of a job: it tries again
            # Not log.exception: an error's own text may hold people's data.
            log.error("job_failed", job=job.name, **failures.describe(error))  # noqa: TRY400
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), job.every.total_seconds())
