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
from ledger.errors import Unavailable
from ledger.outbox import AuditMode

T = TypeVar("T")

LOG_KEY = "log.key"


def signer_of(settings: Settings) -> audit.Signer:
    """Return the key that signs this installation's log."""
    return audit.load_or_create_signer(settings.data / LOG_KEY, settings.log_origin)


def policy_of(settings: Settings, signer: audit.Signer | None) -> audit.Policy | None:
    """Return whose cosignatures the log's heads need.

    Raises:
        Unavailable: The file is no policy, or not one of this log.
    """
    if settings.witness_policy is None or signer is None:
        return None
    try:
        policy = audit.Policy.read(settings.witness_policy.read_bytes())
    except (OSError, audit.PolicyRefused) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Unavailable(f"the setting TONLE_WITNESS_POLICY: {why}") from error
    if signer.key not in policy.logs:
        raise Unavailable(
            f"the setting TONLE_WITNESS_POLICY: add the line: log {signer.key}"
        )
    return policy


@asynccontextmanager
async def connected(
    url: str, settings: Settings, *, clock: Clock | None = None
) -> AsyncIterator[Services]:
    """Yield what the ways in need, over the application's database."""
    signer = None if settings.audit is AuditMode.OFF else signer_of(settings)
    policy = policy_of(settings, signer)
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
        yield Services(
            db,
            providers,
            pays_by=next(iter(providers), ""),
            signer=signer,
            policy=policy,
        )
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
