"""An application to speak to, and callers of each role."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from api import auth
from api.app import create_app
from api.auth import Role
from api.services import Services
from contracts.keys import WRAPPING_BYTES, Vault
from finance import rails
from finance.signing import Custody
from ledger.clock import StoppedClock
from ledger.database import Database, make_engine
from ledger.ids import PartyId
from risk import identity
from risk.identity import PartyKind
from tests.conftest import FIRST_MOMENT

_numbers = itertools.count(1)
CUSTODY = Custody(Vault(b"w" * WRAPPING_BYTES), "localhost/tonle")


@dataclass(frozen=True)
class Person:
    """Somebody with a key: a party that speaks over HTTP."""

    client: httpx.AsyncClient
    party: PartyId
    headers: dict[str, str]

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(f"/v1{path}", headers=self.headers)

    async def post(
        self, path: str, body: object = None, *, key: str | None = None
    ) -> httpx.Response:
        """Send a command; an idempotency key of its own unless one is given."""
        key = key or f"key-{next(_numbers)}"
        headers = {**self.headers, "Idempotency-Key": key}
        return await self.client.post(f"/v1{path}", json=body, headers=headers)

    async def put(self, path: str, body: object) -> httpx.Response:
        return await self.client.put(f"/v1{path}", json=body, headers=self.headers)


NewParty = Callable[[], Awaitable[PartyId]]
NewPerson = Callable[[Role], Awaitable[Person]]
KeyFor = Callable[..., Awaitable[dict[str, str]]]


@pytest.fixture
def rail(clock: StoppedClock) -> rails.FakeRail:
    return rails.FakeRail(clock)


@pytest.fixture
def services(db: Database, rail: rails.FakeRail) -> Services:
    return Services(db, {rail.name: rail}, pays_by=rail.name, custody=CUSTODY)


def an_app() -> FastAPI:
    """Make an application whose services are still to be given."""
    nowhere = make_engine("postgresql://nobody@/nowhere")
    return create_app(Services(Database(nowhere, StoppedClock(FIRST_MOMENT))))


@pytest.fixture(scope="session")
def shared_app() -> FastAPI:
    """One application for all tests: each new one works its routes out again."""
    return an_app()


@pytest.fixture
def app(shared_app: FastAPI, services: Services) -> FastAPI:
    """The application over the test's own services."""
    shared_app.state.services = services
    return shared_app


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
def new_party(db: Database) -> NewParty:
    """A firm nobody has checked yet."""

    async def make() -> PartyId:
        party = await db.transact(
            identity.register_party,
            kind=PartyKind.FIRM,
            name=f"Firm {next(_numbers)}",
            country="KH",
            tax_resident=True,
        )
        return PartyId(party.id)

    return make


@pytest.fixture
def key_for(db: Database, new_party: NewParty) -> KeyFor:
    """Headers of a caller in a role; the party is new unless given."""

    async def make(role: Role, party: PartyId | None = None) -> dict[str, str]:
        new = await db.transact(
            auth.create_key, party=party or await new_party(), role=role
        )
        return {"Authorization": f"Bearer {new.shown}"}

    return make


@pytest.fixture
def new_person(
    client: httpx.AsyncClient, key_for: KeyFor, new_party: NewParty
) -> NewPerson:
    async def make(role: Role) -> Person:
        party = await new_party()
        return Person(client, party, await key_for(role, party))

    return make


@pytest.fixture
async def operator(new_person: NewPerson) -> Person:
    return await new_person(Role.OPERATOR)


@pytest.fixture
async def lender(new_person: NewPerson) -> Person:
    return await new_person(Role.LENDER)


@pytest.fixture
async def sme(new_person: NewPerson) -> Person:
    return await new_person(Role.SME)


@pytest.fixture
async def regulator(new_person: NewPerson) -> Person:
    return await new_person(Role.REGULATOR)
