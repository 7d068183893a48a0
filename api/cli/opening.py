"""Open the database for one command and close it behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from api import house
from api.settings import Settings
from ledger.database import Database, make_engine

T = TypeVar("T")


@asynccontextmanager
async def connected(url: str, settings: Settings) -> AsyncIterator[Database]:
    """Yield the application's database."""
    engine = make_engine(url)
    try:
        yield Database(engine, audit=settings.audit)
    finally:
        await engine.dispose()


def with_database(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run one piece of work on the installation's database."""
    settings = Settings()

    async def run(url: str) -> T:
        async with connected(url, settings) as db:
            return await work(db)

    with house.opened(settings) as urls:
        return asyncio.run(run(urls.app))
