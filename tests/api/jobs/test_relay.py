"""Events reach their listeners: at least once, in turn, whatever fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import select
from structlog.testing import capture_logs

from api.jobs import Delivery, deliver_due
from api.jobs.relay import BATCH, LEASE, LONGEST_PAUSE, MAX_ATTEMPTS, pause_after
from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from ledger.outbox import Event, OutboxRow


@dataclass(frozen=True)
class PayoutAsked(Event):
    type: ClassVar[str] = "test.payout_asked"
    about: ClassVar[str] = "payout"
    heard: ClassVar[bool] = True

    payout: str


class Heard:
    """A listener that keeps what it heard, after failing some times first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.deliveries: list[Delivery] = []

    async def __call__(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        await asyncio.sleep(0)
        if len(self.deliveries) <= self.failures:
            raise RuntimeError("the provider's words about a person")


async def tell(db: Database, *payouts: str) -> None:
    async def use_case(uow: UnitOfWork) -> None:
        for payout in payouts:
            uow.record(PayoutAsked(payout))

    await db.transact(use_case)


async def waiting(db: Database) -> Sequence[OutboxRow]:
    async def query(uow: UnitOfWork) -> Sequence[OutboxRow]:
        return (await uow.session.scalars(select(OutboxRow))).all()

    return await db.read(query)


async def test_what_was_told_is_delivered_once_and_in_turn(db: Database) -> None:
    await tell(db, "a", "b", "c")
    heard = Heard()

    first = await deliver_due(db, {PayoutAsked.type: heard})
    again = await deliver_due(db, {PayoutAsked.type: heard})

    assert (first, again) == (3, 0)
    assert [delivery.subject for delivery in heard.deliveries] == ["a", "b", "c"]
    assert heard.deliveries[0].facts == {"payout": "a"}
    assert await waiting(db) == []


async def test_a_failed_delivery_is_tried_again_after_a_pause(
    db: Database, clock: StoppedClock
) -> None:
    await tell(db, "a")
    heard = Heard(failures=1)
    listeners = {PayoutAsked.type: heard}

    failed = await deliver_due(db, listeners)
    early = await deliver_due(db, listeners)
    clock.advance(pause_after(1))
    late = await deliver_due(db, listeners)

    assert (failed, early, late) == (0, 0, 1)
    assert [delivery.attempt for delivery in heard.deliveries] == [1, 2]
    assert await waiting(db) == []


async def test_a_failure_is_noted_without_its_words(db: Database) -> None:
    await tell(db, "a")

    await deliver_due(db, {PayoutAsked.type: Heard(failures=1)})

    (row,) = await waiting(db)
    assert row.last_error == "RuntimeError"


async def test_one_failing_event_does_not_hold_up_the_others(db: Database) -> None:
    await tell(db, "a", "b")
    heard = Heard(failures=1)

    delivered = await deliver_due(db, {PayoutAsked.type: heard})

    assert delivered == 1
    assert [delivery.subject for delivery in heard.deliveries] == ["a", "b"]


async def test_an_event_without_a_listener_waits_and_is_not_lost(db: Database) -> None:
    await tell(db, "a")

    await deliver_due(db, {})

    (row,) = await waiting(db)
    assert row.last_error == "KeyError"


async def test_a_worker_that_dies_leaves_the_event_to_the_next(
    db: Database, clock: StoppedClock
) -> None:
    await tell(db, "a")
    dying = asyncio.Event()

    async def never_ends(_: Delivery) -> None:
        dying.set()
        await asyncio.Event().wait()

    worker = asyncio.create_task(deliver_due(db, {PayoutAsked.type: never_ends}))
    await dying.wait()
    worker.cancel()
    heard = Heard()

    before = await deliver_due(db, {PayoutAsked.type: heard})
    clock.advance(LEASE)
    after = await deliver_due(db, {PayoutAsked.type: heard})

    assert (before, after) == (0, 1)


async def test_two_workers_do_not_deliver_the_same_event(db: Database) -> None:
    await tell(db, *(str(number) for number in range(BATCH * 2)))
    heard = Heard()

    delivered = await asyncio.gather(
        *(deliver_due(db, {PayoutAsked.type: heard}) for _ in range(4))
    )

    assert sum(delivered) == BATCH * 2
    assert len({delivery.id for delivery in heard.deliveries}) == BATCH * 2


async def test_a_hopeless_event_is_put_aside_and_kept(
    db: Database, clock: StoppedClock
) -> None:
    await tell(db, "a")
    heard = Heard(failures=1000)

    with capture_logs() as told:
        for _ in range(MAX_ATTEMPTS + 5):
            await deliver_due(db, {PayoutAsked.type: heard})
            clock.advance(LONGEST_PAUSE)

    given_up = [line for line in told if line["log_level"] == "error"]
    assert [line["event"] for line in given_up] == ["delivery_given_up"]
    assert len(heard.deliveries) == MAX_ATTEMPTS
    (row,) = await waiting(db)
    assert row.attempts == MAX_ATTEMPTS


def test_pauses_double_up_to_an_hour() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, MAX_ATTEMPTS + 1)]

    assert pauses[:3] == [timedelta(seconds=s) for s in (2, 4, 8)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
