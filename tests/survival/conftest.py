"""What tests of survival stand on: a server, a world, and keys to act by HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from api import auth
from api.auth import Role
from ledger.clock import StoppedClock, SystemClock
from ledger.database import Database
from ledger.ids import PartyId
from tests.journeys.people import World
from tests.survival.server import Server


@pytest.fixture
def clock() -> StoppedClock:
    """The world is made six days ago, so that the server finds offers to close."""
    return StoppedClock(SystemClock().now() - timedelta(days=6))


@pytest.fixture
def world(db: Database, clock: StoppedClock) -> World:
    return World(db, clock)


@pytest.fixture
def server(app_url: str, tmp_path: Path) -> Iterator[Server]:
    server = Server(app_url, tmp_path)
    yield server
    server.kill()


@pytest.fixture
def key_of(db: Database):
    async def make(party: PartyId, role: Role) -> dict[str, str]:
        key = await db.transact(auth.create_key, party=party, role=role)
        return {"Authorization": f"Bearer {key.shown}"}

    return make
