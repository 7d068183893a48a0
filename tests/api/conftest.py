"""An application to speak to, and callers of each role."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from api import auth
from api.app import create_app
from api.auth import Role
from api.http.services import Services
from ledger.database import Database
from ledger.ids import PartyId, new_id

KeyFor = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def services(db: Database) -> Services:
    return Services(db)


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.fixture
def key_for(db: Database) -> KeyFor:
    """Headers of a caller in a role; the party is new unless given."""

    async def make(role: Role, party: str | None = None) -> dict[str, str]:
        party = party or new_id("party", db.clock.now())
        new = await db.transact(auth.create_key, party=PartyId(party), role=role)
        return {"Authorization": f"Bearer {new.shown}"}

    return make
