"""Jobs keep their beat, survive their failures and stop when told."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from api.app import create_app
from api.jobs import Job, keep_all, run_once
from api.jobs.runner import by_halves, for_each
from api.services import Services
from ledger.errors import Unavailable

OFTEN = timedelta(milliseconds=5)


class Counted:
    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.runs = 0
        self.enough = asyncio.Event()

    async def __call__(self) -> None:
        self.runs += 1
        if self.runs >= 3:
            self.enough.set()
        if self.runs <= self.fails:
            raise RuntimeError("once more")


async def test_jobs_run_again_and_again_and_a_failure_stops_none() -> None:
    sound, failing = Counted(), Counted(fails=2)
    stop = asyncio.Event()

    running = asyncio.create_task(
        keep_all([Job("sound", OFTEN, sound), Job("failing", OFTEN, failing)], stop)
    )
    await asyncio.wait_for(sound.enough.wait(), 5)
    await asyncio.wait_for(failing.enough.wait(), 15)
    stop.set()
    await asyncio.wait_for(running, 5)

    assert sound.runs >= 3
    assert failing.runs >= 3


async def test_what_has_begun_is_finished_before_the_stop() -> None:
    begun = asyncio.Event()
    done = []

    async def work() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        done.append(1)

    stop = asyncio.Event()
    running = asyncio.create_task(keep_all([Job("work", OFTEN, work)], stop))
    await begun.wait()
    stop.set()
    await running

    assert done == [1]


async def test_no_jobs_stop_at_once() -> None:
    stop = asyncio.Event()
    stop.set()

    await asyncio.wait_for(keep_all([], stop), 1)


async def test_a_world_runs_each_job_once_in_order() -> None:
    order: list[str] = []

    async def first() -> None:
        order.append("first")

    async def second() -> None:
        order.append("second")

    await run_once([Job("first", OFTEN, first), Job("second", OFTEN, second)])

    assert order == ["first", "second"]


async def test_the_application_runs_its_jobs_while_it_lives(services: Services) -> None:
    job = Counted()
    app = create_app(services, duties=[Job("job", OFTEN, job)])

    async with app.router.lifespan_context(app):
        await asyncio.wait_for(job.enough.wait(), 5)
    after = job.runs
    await asyncio.sleep(0.03)

    assert job.runs == after


async def test_one_that_fails_does_not_keep_the_others_from_their_turn() -> None:
    turns = []

    async def act(one: str) -> None:
        turns.append(one)
        if one == "a":
            raise Unavailable("the provider does not answer")
        if one == "b":
            raise RuntimeError("broken")

    with pytest.raises(ExceptionGroup) as failed:
        await for_each(["a", "b", "c"], act)

    assert turns == ["a", "b", "c"]
    assert [type(error) for error in failed.value.exceptions] == [RuntimeError]


async def test_a_batch_that_fails_is_parted_down_to_those_that_fail_alone() -> None:
    done, told = [], []

    async def act(ids: Sequence[str]) -> None:
        if {"c", "g"} & set(ids):
            raise RuntimeError("broken")
        done.extend(ids)

    count = await by_halves([*"abcdefg"], act, lambda one, _: told.append(one))

    assert (count, sorted(done), told) == (5, [*"abdef"], ["c", "g"])


async def test_a_batch_is_not_parted_while_the_database_is_away() -> None:
    tries = []

    async def act(ids: Sequence[str]) -> None:
        tries.append(ids)
        raise Unavailable("the database is away")

    with pytest.raises(Unavailable):
        await by_halves([*"abc"], act, lambda *_: None)

    assert tries == [[*"abc"]]


@pytest.mark.slow
async def test_a_duty_that_breaks_begins_again() -> None:
    stop = asyncio.Event()

    class Breaking:
        name = "breaking"
        begun = 0

        async def keep(self, stop: asyncio.Event) -> None:
            self.begun += 1
            if self.begun == 1:
                raise RuntimeError("once")
            stop.set()

    duty = Breaking()
    await asyncio.wait_for(keep_all([duty], stop), 15)

    assert duty.begun == 2
