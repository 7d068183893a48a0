"""Run one command in one transaction: open, commit, retry, never half done.

Nothing else in the house commits. A use case takes the unit of work first and may be
run twice, so it touches nothing outside the database.
"""

import asyncio
import random
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Concatenate, LiteralString, ParamSpec, TypeVar, cast
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.pool import QueuePool

from ledger import outbox
from ledger.clock import Clock, SystemClock, business_date
from ledger.errors import Unavailable
from ledger.ids import new_uuid
from ledger.outbox import SYSTEM, Actor, AuditMode, Event, Recorded

P = ParamSpec("P")
T = TypeVar("T")

MAX_TRIES = 5
POOL_SIZE = 10
POOL_TIMEOUT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 10
CLOSE_SECONDS = 20
CLOSE_LOOK_MILLISECONDS = 20
BACKOFF_MILLISECONDS = 10
_RETRY_STATES = frozenset({"40001", "40P01"})
_BUSY_STATES = frozenset({"55P03", "57014", "53300", "57P01", "57P03", "53100"})
_SESSION_SETTINGS = (
    "-c lock_timeout=5s -c statement_timeout=60s"
    " -c idle_in_transaction_session_timeout=15s -c timezone=UTC"
)


@dataclass
class UnitOfWork:
    """One transaction: its session, its clock, who acts, and what is told of it.

    ``booked`` holds the keys of journal entries written, which are records themselves.
    """

    session: AsyncSession
    clock: Clock
    actor: Actor = SYSTEM
    audit: AuditMode = AuditMode.DEFERRED
    recorded: list[Recorded] = field(default_factory=list)
    booked: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """Return the present instant by the injected clock."""
        return self.clock.now()

    def today(self) -> date:
        """Return the market's business date now."""
        return business_date(self.clock.now())

    def add(self, *rows: object) -> None:
        """Put new rows into the transaction."""
        self.session.add_all(rows)

    def record(self, event: Event, *, entries: Sequence[str] = ()) -> None:
        """Tell a fact, with the journal entries it speaks of, in this commit."""
        self.recorded.append(Recorded(event, tuple(entries), new_uuid(self.now())))

    def told(self) -> list[UUID]:
        """Return under which ids the log will have what this transaction told so far."""
        return [*(item.id for item in self.recorded), *map(UUID, self.booked)]


class _Session(Session):
    """Rows that are locked are read anew, whatever was read of them before."""


@event.listens_for(_Session, "do_orm_execute")
def _read_anew_what_is_locked(state: ORMExecuteState) -> None:
    if getattr(state.statement, "_for_update_arg", None) is not None:
        state.update_execution_options(populate_existing=True)


Hook = Callable[[UnitOfWork], Awaitable[None]]


class Straight:
    """A connection out of the pool where each statement is a transaction; for one task.

    It is taken at the first statement, and again after it was lost.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: AsyncConnection | None = None
        self._driver: psycopg.AsyncConnection | None = None

    async def find_row(
        self, statement: LiteralString, values: Mapping[str, Any]
    ) -> TupleRow | None:
        """Run one statement, commit it, and return its row if it gives one.

        Raises:
            Unavailable: The database is away or busy; the outcome may not be known.
            psycopg.Error: The statement failed and changed nothing.
        """
        with _trouble_named():
            driver = await self._open()
            try:
                return await (await driver.execute(statement, values)).fetchone()
            except psycopg.Error as error:
                if not _means_away(error.sqlstate or "", error):
                    raise
                raise Unavailable("the database is away or busy") from error

    async def _open(self) -> psycopg.AsyncConnection:
        if self._driver is None or self._driver.closed:
            await self.close()
            self._held = await self._engine.connect()
            raw = await self._held.get_raw_connection()
            self._driver = cast("psycopg.AsyncConnection", raw.driver_connection)
            await self._driver.set_autocommit(True)
            self._driver.prepare_threshold = 0
        return self._driver

    async def close(self) -> None:
        """Let the connection go; with its own settings it is of no use to others."""
        if self._held is not None:
            held, self._held, self._driver = self._held, None, None
            await held.invalidate()
            await held.close()


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> AsyncEngine:
    """Open a pool of connections to a PostgreSQL given as ``postgresql://...``."""
    bare = url.partition("://")[2]
    return create_async_engine(
        f"postgresql+psycopg://{bare}",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        connect_args={
            "options": _SESSION_SETTINGS,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        },
    )


async def close_engine(engine: AsyncEngine) -> None:
    """Close the pool once the commands that outlived their callers have ended."""
    for _ in range(CLOSE_SECONDS * 1000 // CLOSE_LOOK_MILLISECONDS):
        if not isinstance(engine.pool, QueuePool) or not engine.pool.checkedout():
            break
        await asyncio.sleep(CLOSE_LOOK_MILLISECONDS / 1000)
    await engine.dispose()


@dataclass(frozen=True)
class Database:
    """The only door to the database; ``acting`` makes a copy bound to an actor."""

    engine: AsyncEngine
    clock: Clock = field(default_factory=SystemClock)
    audit: AuditMode = AuditMode.DEFERRED
    seal_inline: Hook | None = None
    actor: Actor = SYSTEM

    def acting(self, actor: Actor) -> "Database":
        """Return the same database, where every event names this actor."""
        return replace(self, actor=actor)

    async def transact(
        self,
        use_case: Callable[Concatenate[UnitOfWork, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a use case in its own transaction and commit before returning.

        Serialization failures, deadlocks and connections lost before the commit are
        run again, up to five times. A client that goes away does not cut it short.

        Raises:
            Unavailable: The database is away or busy, or the outcome of the commit is
                not known; the same idempotency key tells on a retry.
        """

        async def once(uow: UnitOfWork) -> T:
            return await use_case(uow, *args, **kwargs)

        again = self._again_if_it_may_pass(lambda: self._attempt(once))
        return await asyncio.shield(asyncio.ensure_future(again))

    @asynccontextmanager
    async def straight(self) -> AsyncIterator[Straight]:
        """Hold a connection for single statements in great number."""
        straight = Straight(self.engine)
        try:
            yield straight
        finally:
            await straight.close()

    async def read(
        self,
        query: Callable[Concatenate[UnitOfWork, P], Awaitable[T]],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Answer a question from one snapshot, without changing anything.

        Raises:
            Unavailable: The database is away or busy.
        """

        async def once() -> T:
            async with self._session() as session:
                await session.connection(
                    execution_options={
                        "isolation_level": "REPEATABLE READ",
                        "postgresql_readonly": True,
                    }
                )
                return await query(
                    UnitOfWork(session, self.clock, self.actor), *args, **kwargs
                )

        return await self._again_if_it_may_pass(once)

    async def _again_if_it_may_pass(self, once: Callable[[], Awaitable[T]]) -> T:
        with _trouble_named():
            for tries in range(1, MAX_TRIES + 1):
                try:
                    return await once()
                except DBAPIError as error:
                    if not _may_pass(error):
                        raise
                longest = BACKOFF_MILLISECONDS * 2**tries
                pause = random.randint(longest // 2, longest * 3 // 2)  # noqa: S311 - jitter
                await asyncio.sleep(pause / 1000)
        raise Unavailable("the database is too busy or away; try again")

    async def _attempt(self, once: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        async with self._session() as session:
            uow = UnitOfWork(session, self.clock, self.actor, self.audit)
            result = await once(uow)
            await session.flush()
            await outbox.write(
                session,
                uow.recorded,
                actor=uow.actor,
                now=uow.now(),
                audit=self.audit,
            )
            told = uow.recorded or uow.booked
            if self.audit is AuditMode.INLINE and self.seal_inline and told:
                await self.seal_inline(uow)
            await _commit(session)
            return result

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(
            self.engine, sync_session_class=_Session, expire_on_commit=False
        ) as session:
            yield session


async def _commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("the database went away during the commit") from error
        raise


def _may_pass(error: DBAPIError) -> bool:
    """Tell whether the same again may work: nothing was committed, so nothing is done.

    Connections are not probed before use: one that a restart has cut is found so.
    """
    return sqlstate(error) in _RETRY_STATES or error.connection_invalidated


@contextmanager
def _trouble_named() -> Iterator[None]:
    """Turn the driver's words for "away" and "busy" into ours."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("all database connections are busy") from error
    except DBAPIError as error:
        if not _means_away(sqlstate(error), error.orig):
            raise
        raise Unavailable("the database is away or busy") from error


def _means_away(state: str, error: BaseException | None) -> bool:
    if state in _RETRY_STATES:
        return False
    unsaid = isinstance(error, psycopg.OperationalError) and not state
    return state in _BUSY_STATES or unsaid


def sqlstate(error: DBAPIError) -> str:
    """Return PostgreSQL's five-letter code of an error, or nothing."""
    return getattr(error.orig, "sqlstate", None) or ""
