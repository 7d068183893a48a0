"""Keep what was told: one row per event feeds delivery and the audit record.

A business transaction records frozen facts; they are written in the same commit as
the change, in three statements at most however many. An event somebody listens to also gets an
``outbox`` row, deleted when the delivery is done; an event to be sealed gets the next
number of a stream and an ``audit_queue`` row (see ``ledger.audit``). Personal values
lie apart in ``audit_private``, where they can be erased; the event holds commitments.
A journal entry is its own record, with no event beside it (see ``ledger.journal``).
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    CursorResult,
    ForeignKey,
    Index,
    LargeBinary,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from ledger.canonical import SALT_BYTES, canonical, commitment, plain
from ledger.errors import ensure
from ledger.ids import IdType
from ledger.tables import Base

# An audit entry holds 16 KiB; the rest is for its envelope.
EVENT_BYTES = 15 * 1024


class AuditMode(StrEnum):
    """Whether and when what is told is sealed into the audit log."""

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

    Subclasses are frozen, hold ids and values, and name their ``type`` (past tense,
    dotted), ``about`` (the field that holds the subject's id), ``heard`` (whether a
    listener waits for it) and ``personal`` (fields that are stored apart and only
    committed to in the event and the audit entry).
    """

    type: ClassVar[str]
    about: ClassVar[str]
    heard: ClassVar[bool] = False
    personal: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True)
class Recorded:
    """An event with the journal entries it speaks of, and the id it will have."""

    event: Event
    entries: tuple[str, ...]
    id: UUID


class EventRow(Base):
    """One recorded event; never changed.

    ``stream`` and ``number`` are its place in the gapless count of what is to be
    sealed; both are empty when it was recorded with the audit log off. The JSON columns
    keep the canonical text as it was written, and it is sealed as it was kept.
    """

    __tablename__ = "event"

    id: Mapped[str] = mapped_column(IdType("evt"), primary_key=True)
    stream: Mapped[int | None]
    number: Mapped[int | None]
    type: Mapped[str]
    subject: Mapped[str]
    actor: Mapped[str]
    actor_auth: Mapped[str]
    request_id: Mapped[str]
    recorded_at: Mapped[datetime]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    commitments: Mapped[dict[str, str]] = mapped_column(JSON)
    refs: Mapped[list[str]] = mapped_column(JSON)

    __table_args__ = (Index("ix_event_subject", "subject", "id"),)


class OutboxRow(Base):
    """An event waiting for its listener; deleted once delivered."""

    __tablename__ = "outbox"

    event: Mapped[str] = mapped_column(
        IdType("evt"), ForeignKey("event.id"), primary_key=True
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(default="")

    __table_args__ = (Index("ix_outbox_next_try_at", "next_try_at"),)


class PrivateRow(Base):
    """A personal value of an event with the salt of its commitment; may be erased."""

    __tablename__ = "audit_private"

    event: Mapped[str] = mapped_column(IdType("evt"), primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=False))

    __table_args__ = (CheckConstraint("octet_length(salt) >= 16", name="salt"),)


@dataclass(frozen=True)
class _Line:
    """An event as it is stored: the text of one JSON object, and what goes beside it."""

    id: UUID
    stored: str
    heard: bool
    openings: tuple[str, ...]

    @classmethod
    def of(cls, recorded: Recorded) -> "_Line":
        event, key = recorded.event, recorded.id
        values = {name: plain(getattr(event, name)) for name in _names(type(event))}
        subject = values[event.about]
        commitments, openings = {}, []
        for name in event.personal:
            salt, value = secrets.token_bytes(SALT_BYTES), values.pop(name)
            commitments[name] = commitment(name, salt, value)
            opening = {"event": str(key), "field": name, "salt": salt.hex()}
            openings.append(_json(opening | {"value": value}))
        stored = canonical(
            {
                "id": str(key),
                "type": event.type,
                "subject": subject,
                "data": values,
                "commitments": commitments,
                "refs": recorded.entries,
            }
        )
        ensure(len(stored) <= EVENT_BYTES, f"{event.type} fits into 15 KiB; split it")
        return cls(key, stored.decode(), event.heard, tuple(openings))


_NAMES: dict[type[Event], tuple[str, ...]] = {}


def _names(kind: type[Event]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(item.name for item in fields(kind))
        ensure(kind.about in _NAMES[kind], f"{kind.type} holds what it is about")
        ensure(kind.about not in kind.personal, f"{kind.type} is about an id")
    return _NAMES[kind]


def _json(value: Any) -> str:
    return canonical(value).decode()


# The place in a stream comes from a row that is locked until the commit, so the count
# has no gap and what is visible of a stream is always its beginning. There are many
# streams and a free one is taken, so writers do not wait for each other. ``xid`` never
# falls within a stream: sealing in its order keeps every stream in its own order.
_TAKE_NUMBERS = """
place AS MATERIALIZED (
    SELECT stream, before, xid FROM audit_take_numbers(:count)
), queued AS (
    INSERT INTO audit_queue (xid, stream, number, event, part)
    SELECT place.xid, place.stream, place.before + told.line, told.id, 0
    FROM told, place
)"""
_NO_NUMBERS = (
    "place AS (SELECT CAST(NULL AS bigint) AS stream, CAST(NULL AS bigint) AS before)"
)
_WRITE = """
WITH told AS (
    SELECT * FROM ROWS FROM (
        json_to_recordset(CAST(:told AS json)) AS (
            id uuid, type text, subject text, data json, commitments json, refs json
        )
    ) WITH ORDINALITY AS told (id, type, subject, data, commitments, refs, line)
), {place}
INSERT INTO event (
    id, stream, number, type, subject, actor, actor_auth, request_id, recorded_at,
    data, commitments, refs
)
SELECT id, place.stream, place.before + line,
    type, subject, :actor, :actor_auth, :request_id, :now, data, commitments, refs
FROM told, place
"""
_WRITE_NUMBERED = text(_WRITE.format(place=_TAKE_NUMBERS))
_WRITE_UNNUMBERED = text(_WRITE.format(place=_NO_NUMBERS))
_WRITE_HEARD = text(
    "INSERT INTO outbox (event, attempts, next_try_at, last_error)"
    " SELECT unnest(CAST(:ids AS uuid[])), 0, CAST(:now AS timestamptz), ''"
)
_WRITE_PRIVATE = text(
    "INSERT INTO audit_private (event, field, salt, value)"
    " SELECT event, field, decode(salt, 'hex'), value"
    " FROM json_to_recordset(CAST(:openings AS json))"
    " AS opening (event uuid, field text, salt text, value jsonb)"
)


async def write(
    session: AsyncSession,
    recorded: Sequence[Recorded],
    *,
    actor: Actor,
    now: datetime,
    audit: AuditMode,
) -> None:
    """Store events with their outbox, audit-queue and private rows."""
    if not recorded:
        return
    lines = [_Line.of(item) for item in recorded]
    values: dict[str, Any] = {
        "told": _list(line.stored for line in lines),
        "actor": actor.id,
        "actor_auth": actor.auth,
        "request_id": actor.request_id,
        "now": now,
    }
    if audit is AuditMode.OFF:
        stored = await session.execute(_WRITE_UNNUMBERED, values)
    else:
        values["count"] = len(lines)
        stored = await session.execute(_WRITE_NUMBERED, values)
    count = cast("CursorResult[Any]", stored).rowcount
    ensure(count == len(lines), "every event told is stored")
    heard = [line.id for line in lines if line.heard]
    if heard:
        await session.execute(_WRITE_HEARD, {"ids": heard, "now": now})
    openings = [opening for line in lines for opening in line.openings]
    if openings:
        await session.execute(_WRITE_PRIVATE, {"openings": _list(openings)})


def _list(objects: Iterable[str]) -> str:
    return f"[{','.join(objects)}]"


async def personal_values(session: AsyncSession, event: str) -> dict[str, Any]:
    """Read the personal values of an event that have not been erased."""
    query = select(PrivateRow.field, PrivateRow.value).where(PrivateRow.event == event)
    return {row.field: row.value for row in await session.execute(query)}
