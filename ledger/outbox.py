"""Keep what was told: one row per event feeds delivery and the audit record.

A business transaction records frozen facts; they are written in the same commit as
the change. Events somebody listens to also get an ``outbox`` row, deleted when the
delivery is done; events to be sealed get an ``audit_queue`` row (see ``ledger.audit``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Text, insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from ledger.ids import IdType, new_id
from ledger.money import Money
from ledger.tables import Base


class AuditMode(StrEnum):
    """Whether and when events are sealed into the audit log."""

    OFF = "off"
    DEFERRED = "deferred"
    INLINE = "inline"


@dataclass(frozen=True)
class Actor:
    """Who acts: a party, a job or the system itself, and how that is known."""

    id: str
    auth: str
    request_id: str = ""


SYSTEM = Actor("system", "internal")


@dataclass(frozen=True)
class Event:
    """A fact in the past.

    Subclasses are frozen, hold ids and values, and name their ``type``
    (past tense, dotted), ``about`` (the field that holds the subject's id), ``heard`` (whether a listener waits for it) and ``personal`` (fields that are
    stored apart and only committed to in the audit entry).
    """

    type: ClassVar[str]
    about: ClassVar[str]
    heard: ClassVar[bool] = False
    personal: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Recorded:
    """An event with the journal entries it speaks of."""

    event: Event
    entries: tuple[str, ...] = field(default=())


class EventRow(Base):
    """One recorded event; never changed."""

    __tablename__ = "event"

    id: Mapped[str] = mapped_column(IdType("evt"), primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    actor_auth: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    personal: Mapped[dict[str, Any]] = mapped_column(JSONB)
    refs: Mapped[list[str]] = mapped_column(JSONB)

    __table_args__ = (Index("ix_event_subject", "subject", "id"),)


class OutboxRow(Base):
    """An event waiting for its listener; deleted once delivered."""

    __tablename__ = "outbox"

    event: Mapped[str] = mapped_column(
        IdType("evt"), ForeignKey("event.id"), primary_key=True
    )
    attempts: Mapped[int] = mapped_column(BigInteger, default=0)
    next_try_at: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_outbox_next_try_at", "next_try_at"),)


def plain(value: object) -> Any:  # noqa: PLR0911 - one line per kind of value
    """Turn an event's value into the restricted JSON of the audit log: no floats."""
    match value:
        case None | bool() | str():
            return str(value) if isinstance(value, StrEnum) else value
        case int():
            return value if abs(value) < 2**31 else str(value)
        case Money(minor, currency):
            return {"minor": str(minor), "currency": currency.value}
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case dict():
            return {str(key): plain(part) for key, part in value.items()}
        case list() | tuple():
            return [plain(part) for part in value]
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an event")


def _row(recorded: Recorded, actor: Actor, now: datetime) -> dict[str, Any]:
    event = recorded.event
    values = {item.name: plain(getattr(event, item.name)) for item in fields(event)}
    return {
        "id": new_id("evt", now),
        "type": event.type,
        "subject": str(values[event.about]),
        "actor": actor.id,
        "actor_auth": actor.auth,
        "request_id": actor.request_id,
        "recorded_at": now,
        "data": {k: v for k, v in values.items() if k not in event.personal},
        "personal": {k: v for k, v in values.items() if k in event.personal},
        "refs": list(recorded.entries),
    }


async def write(
    session: AsyncSession,
    recorded: Sequence[Recorded],
    *,
    actor: Actor,
    now: datetime,
    audit: AuditMode,
) -> None:
    """Store events with their outbox and audit-queue rows, three statements at most."""
    if not recorded:
        return
    rows = [_row(item, actor, now) for item in recorded]
    await session.execute(insert(EventRow), rows)
    heard = [
        {"event": row["id"], "attempts": 0, "next_try_at": now, "last_error": ""}
        for row, item in zip(rows, recorded, strict=True)
        if item.event.heard
    ]
    if heard:
        await session.execute(insert(OutboxRow), heard)
    if audit is not AuditMode.OFF:
        await _queue_for_sealing(session, [row["id"] for row in rows])


async def _queue_for_sealing(session: AsyncSession, ids: Iterable[str]) -> None:
    await session.execute(
        text(
            "INSERT INTO audit_queue (event, stream, xid)"
            " SELECT unnest(CAST(:ids AS uuid[])), 'main', pg_current_xact_id()"
        ),
        {"ids": [IdType("evt").process_bind_param(i, None) for i in ids]},  # type: ignore[arg-type]  # the dialect is not used
    )
