"""Deliver outbox events to their listeners: at least once, never while locked.

A claim takes the row and moves its next try ahead by a lease, in one short commit; the
listener runs outside any transaction and may use the network. Delivered rows are
deleted. A worker that dies leaves the row to be tried again when the lease ends. After
``MAX_ATTEMPTS`` the row stays for an operator, and the log says so as an error.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update

from api import failures
from ledger.database import Database, UnitOfWork
from ledger.outbox import EventRow, OutboxRow

BATCH = 50
LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
MAX_ATTEMPTS = 30

log = structlog.get_logger()


@dataclass(frozen=True)
class Delivery:
    """An event on its way to its listener."""

    id: str
    type: str
    subject: str
    facts: Mapping[str, Any]
    attempt: int


Listener = Callable[[Delivery], Awaitable[None]]


async def deliver_due(db: Database, listeners: Mapping[str, Listener]) -> int:
    """Deliver what is due, oldest first; return how many events were delivered."""
    delivered = 0
    for delivery in await db.transact(_claim):
        delivered += await _deliver(db, listeners, delivery)
    return delivered


async def _deliver(
    db: Database, listeners: Mapping[str, Listener], delivery: Delivery
) -> bool:
    try:
        await listeners[delivery.type](delivery)
    except Exception as error:  # noqa: BLE001 - the edge of a job: any failure is retried
        is_last = delivery.attempt >= MAX_ATTEMPTS
        log.log(
            logging.ERROR if is_last else logging.WARNING,
            "delivery_given_up" if is_last else "delivery_failed",
            event_id=delivery.id,
            type=delivery.type,
            attempt=delivery.attempt,
            **failures.describe(error),
        )
        await db.transact(_postpone, delivery=delivery, error=type(error).__name__)
        return False
    await db.transact(_finish, event_id=delivery.id)
    return True


async def _claim(uow: UnitOfWork) -> list[Delivery]:
    rows = await uow.session.execute(
        select(OutboxRow, EventRow)
        .join(EventRow, EventRow.id == OutboxRow.event)
        .where(OutboxRow.next_try_at <= uow.now(), OutboxRow.attempts < MAX_ATTEMPTS)
        .order_by(OutboxRow.next_try_at, OutboxRow.event)
        .limit(BATCH)
        .with_for_update(of=OutboxRow, skip_locked=True)
    )
    claimed = []
    for waiting, event in rows:
        waiting.attempts += 1
        waiting.next_try_at = uow.now() + LEASE
        claimed.append(
            Delivery(event.id, event.type, event.subject, event.data, waiting.attempts)
        )
    return claimed


async def _finish(uow: UnitOfWork, *, event_id: str) -> None:
    await uow.session.execute(delete(OutboxRow).where(OutboxRow.event == event_id))


async def _postpone(uow: UnitOfWork, *, delivery: Delivery, error: str) -> None:
    await uow.session.execute(
        update(OutboxRow)
        .where(OutboxRow.event == delivery.id)
        .values(next_try_at=uow.now() + pause_after(delivery.attempt), last_error=error)
    )


def pause_after(attempt: int) -> timedelta:
    """Return how long to wait after a failed attempt: doubling, up to an hour."""
    doublings = min(attempt - 1, 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
