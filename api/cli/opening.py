"""Open the installation for one command and close it behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from api import house
from api.services import Services
from api.settings import Settings
from finance import rails
from ledger import audit
from ledger.clock import Clock, SystemClock
from ledger.database import Database, close_engine, make_engine
from ledger.outbox import AuditMode

T = TypeVar("T")

LOG_KEY = "log.key"


def signer_of(settings: Settings) -> audit.Signer:
    """Return the key that signs this installation's log."""
    return audit.load_or_create_signer(settings.data / LOG_KEY, settings.log_origin)


@asynccontextmanager
async def connected(
    url: str, settings: Settings, *, clock: Clock | None = None
) -> AsyncIterator[Services]:
    """Yield what the ways in need, over the application's database."""
    signer = None if settings.audit is AuditMode.OFF else signer_of(settings)
    inline = audit.seal_inline(signer) if signer else None
    engine = make_engine(url)
    db = Database(
        engine, clock or SystemClock(), audit=settings.audit, seal_inline=inline
    )
    providers: dict[str, rails.Rail] = {}
    if settings.demo_bank:
        bank = rails.FakeRail(db.clock)
        providers[bank.name] = bank
    try:
        yield Services(db, providers, pays_by=next(iter(providers), ""), signer=signer)
    finally:
        await close_engine(engine)


def with_services(work: Callable[[Services], Awaitable[T]]) -> T:
    """Run one piece of work on the installation."""
    settings = Settings()

    async def run(url: str) -> T:
        async with connected(url, settings) as services:
            return await work(services)

    with house.opened(settings) as urls:
        return asyncio.run(run(urls.app))


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run one piece of work on the installation's database."""
    return with_services(lambda services: work(services.db))
