"""What is told is kept once, apart from what is personal, and counted without gaps."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from sqlalchemy import select, text

from ledger.canonical import commitment
from ledger.database import Database, UnitOfWork
from ledger.errors import InvariantBroken
from ledger.ids import new_id
from ledger.outbox import (
    Actor,
    AuditMode,
    Event,
    EventRow,
    OutboxRow,
    PrivateRow,
    personal_values,
)
from tests.ledger.audit.builders import DoorOpened, PartyNamed, tell


async def _events(uow: UnitOfWork) -> list[EventRow]:
    return list(await uow.session.scalars(select(EventRow).order_by(EventRow.id)))


async def test_an_event_is_stored_with_who_acted(db: Database) -> None:
    actor = Actor("party_9", "api_key", "req-1")

    await db.acting(actor).transact(tell, DoorOpened("door_1", "front"))

    (event,) = await db.read(_events)
    assert (event.type, event.subject) == ("door.opened", "door_1")
    assert event.data == {"door": "door_1", "note": "front"}
    assert (event.actor, event.actor_auth, event.request_id) == (
        "party_9",
        "api_key",
        "req-1",
    )
    assert event.recorded_at == db.clock.now()


async def test_a_personal_value_lies_apart_and_is_committed_to(db: Database) -> None:
    await db.transact(tell, PartyNamed("party_1", "Sok Dara"))

    (event,) = await db.read(_events)
    opening = await db.read(
        lambda uow: uow.session.get_one(PrivateRow, (event.id, "name"))
    )
    assert event.data == {"party": "party_1"}
    assert opening.value == "Sok Dara"
    assert event.commitments == {"name": commitment("name", opening.salt, "Sok Dara")}


async def test_two_commitments_to_one_value_differ(db: Database) -> None:
    await db.transact(tell, PartyNamed("party_1"), PartyNamed("party_2"))

    first, second = await db.read(_events)
    assert first.commitments != second.commitments


async def test_erased_values_are_gone_and_the_event_stays(db: Database) -> None:
    await db.transact(tell, PartyNamed("party_1"))
    (event,) = await db.read(_events)

    async def erase(uow: UnitOfWork) -> None:
        await uow.session.execute(text("DELETE FROM audit_private"))

    before = await db.read(lambda uow: personal_values(uow.session, event.id))
    await db.transact(erase)
    after = await db.read(lambda uow: personal_values(uow.session, event.id))

    assert (before, after) == ({"name": "Sok Dara"}, {})
    assert len(await db.read(_events)) == 1


async def test_only_an_event_somebody_hears_waits_for_delivery(db: Database) -> None:
    await db.transact(tell, DoorOpened("door_1"), PartyNamed("party_1"))

    waiting = await db.read(
        lambda uow: uow.session.scalars(
            select(EventRow.type).join(OutboxRow, OutboxRow.event == EventRow.id)
        )
    )
    assert list(waiting) == ["party.named"]


async def test_numbers_of_a_stream_have_no_gap_after_a_failure(db: Database) -> None:
    async def fail(uow: UnitOfWork) -> None:
        await tell(uow, DoorOpened("door_2"), DoorOpened("door_3"))
        await uow.session.execute(text("SELECT 1"))
        uow.record(TooLong("door_4", "x" * 20_000))

    await db.transact(tell, DoorOpened("door_1"))
    with pytest.raises(InvariantBroken, match="15 KiB"):
        await db.transact(fail)
    await db.transact(tell, DoorOpened("door_5"))

    events = await db.read(_events)
    assert [(event.subject, event.number) for event in events] == [
        ("door_1", 1),
        ("door_5", 2),
    ]


async def test_with_the_log_off_nothing_is_queued(db: Database) -> None:
    await replace(db, audit=AuditMode.OFF).transact(tell, DoorOpened("door_1"))

    (event,) = await db.read(_events)
    queued = await db.read(
        lambda uow: uow.session.scalar(text("SELECT count(*) FROM audit_queue"))
    )
    assert (event.stream, event.number, queued) == (None, None, 0)


async def test_a_thousand_events_keep_their_order(db: Database) -> None:
    doors = [DoorOpened(f"door_{number}") for number in range(1, 1001)]
    await db.transact(tell, *doors)

    events = await db.read(_events)
    assert [event.number for event in events] == list(range(1, 1001))
    assert [event.subject for event in events] == [one.door for one in doors]


@dataclass(frozen=True)
class TooLong(Event):
    type: ClassVar[str] = "too.long"
    about: ClassVar[str] = "door"

    door: str
    note: str


@dataclass(frozen=True)
class AboutAName(Event):
    type: ClassVar[str] = "about.name"
    about: ClassVar[str] = "name"
    personal: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str


async def test_an_event_cannot_be_about_a_personal_value(db: Database) -> None:
    with pytest.raises(InvariantBroken, match="about an id"):
        await db.transact(tell, AboutAName("Sok Dara"))


async def test_values_of_an_unknown_event_are_none(db: Database) -> None:
    unknown = new_id("evt", db.clock.now())

    assert await db.read(lambda uow: personal_values(uow.session, unknown)) == {}
