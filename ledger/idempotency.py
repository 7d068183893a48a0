"""Do a command once per key: same key and body, same answer; the effect's own commit.

A key is kept for good. The row is reserved before anything else and carries the
stored answer, so a key without an answer can never be seen from outside.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import UnitOfWork
from ledger.errors import Conflict, Invalid
from ledger.tables import Base

# Where an answer holds the body that a caller was told.
BODY: Final = "body"


class KeyReused(Invalid):
    """The key was used before for another request."""

    code = "idempotency_key_reused"
    message = "This idempotency key was used for another request. Use a new key."


class StillRunning(Conflict):
    """The first request with this key has not finished."""

    code = "idempotency_in_flight"
    message = "The first request with this key is still running. Retry in a second."


class IdempotencyRow(Base):
    """A key, the request it belongs to, and the answer that was given."""

    __tablename__ = "idempotency"
    __table_args__ = (PrimaryKeyConstraint("principal", "key"),)

    principal: Mapped[str]
    key: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Command:
    """Who asks, under which key, and what for (SHA-256 of method, path and body)."""

    principal: str
    key: str
    fingerprint: bytes


@dataclass(frozen=True)
class Answer:
    """What is to be told, and whether it had been told before."""

    body: dict[str, Any]
    replayed: bool


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """Hash what makes a request the same request."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).digest()


async def find_answer(uow: UnitOfWork, principal: str, key: str) -> Answer | None:
    """Return what was answered to a command of somebody, by its key."""
    row = await uow.session.get(IdempotencyRow, (principal, key))
    return Answer(row.answer, replayed=True) if row else None


async def forget_member(uow: UnitOfWork, principal: str, member: str) -> None:
    """Take one member out of the bodies somebody was answered; their keys stay used."""
    answer = IdempotencyRow.answer
    path = literal([BODY, member], ARRAY(Text))
    await uow.session.execute(
        update(IdempotencyRow)
        .where(IdempotencyRow.principal == principal, answer[BODY].has_key(member))
        .values(answer=answer.op("#-")(path))
    )


async def once(
    uow: UnitOfWork,
    command: Command,
    run: Callable[[UnitOfWork], Awaitable[dict[str, Any]]],
) -> Answer:
    """Run a command unless its key has an answer already; store the answer with it.

    Raises:
        StillRunning: Another request holds the key right now.
        KeyReused: The key belongs to a different request.
    """
    lock = hashlib.sha256(f"{command.principal}\0{command.key}".encode()).digest()
    number = int.from_bytes(lock[:8], signed=True)
    taken = await uow.session.scalar(
        text("SELECT pg_try_advisory_xact_lock(:number)"), {"number": number}
    )
    if not taken:
        raise StillRunning
    row = await uow.session.scalar(
        select(IdempotencyRow).where(
            IdempotencyRow.principal == command.principal,
            IdempotencyRow.key == command.key,
        )
    )
    if row is not None:
        if row.fingerprint != command.fingerprint:
            raise KeyReused
        return Answer(row.answer, replayed=True)
    body = await run(uow)
    uow.add(
        IdempotencyRow(
            principal=command.principal,
            key=command.key,
            fingerprint=command.fingerprint,
            answer=body,
            created_at=uow.now(),
        )
    )
    return Answer(body, replayed=False)
