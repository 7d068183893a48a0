"""A browser without a browser: pages over HTTP, forms filled in as they are served."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy import URL

from api import auth, portal
from api.auth import Role
from api.services import Services
from finance import rails
from ledger import audit
from ledger.clock import StoppedClock
from ledger.database import Database, close_engine, make_engine
from ledger.ids import PartyId
from tests.api.conftest import NewParty, an_app, client_of
from tests.api.portal.world import World, make_world

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)


def plain(page: httpx.Response) -> str:
    """The page's text with ordinary spaces, as it is read aloud."""
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


@dataclass
class Reader:
    """Somebody who reads pages and sends the forms that are on them."""

    client: httpx.AsyncClient
    page: httpx.Response | None = None

    async def open(self, path: str) -> httpx.Response:
        self.page = await self.client.get(path, follow_redirects=True)
        return self.page

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form with an action on the page that is open."""
        assert self.page is not None
        forms = dict(reversed(_FORM.findall(self.page.text)))
        return {n: unescape(v) for n, v in _HIDDEN.findall(forms[action])}

    async def send(self, action: str, **typed: str) -> httpx.Response:
        """Fill in a form of the open page, send it, and see where it leads."""
        form = self.hidden(action) | typed
        self.page = await self.client.post(action, data=form, follow_redirects=True)
        return self.page


SignedIn = Callable[..., Awaitable[Reader]]


@pytest.fixture
def signer(tmp_path: Path) -> audit.Signer:
    return audit.load_or_create_signer(tmp_path / "log.key", "log.example/pages")


@pytest.fixture
def services(services: Services, signer: audit.Signer) -> Services:
    return replace(services, signer=signer)


@pytest.fixture
async def world(
    db: Database, clock: StoppedClock, rail: rails.FakeRail, signer: audit.Signer
) -> World:
    return await make_world(db, clock, rail, signer)


@pytest.fixture(scope="session")
def shared_app() -> FastAPI:
    """The application with its pages, made once."""
    app = an_app()
    portal.mount(app)
    return app


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    app.state.portal = portal.Portal(portal.Seal(b"s" * 32))
    return app


@pytest.fixture
async def reader(app: FastAPI) -> AsyncIterator[Reader]:
    async with client_of(app) as client:
        yield Reader(client)


@pytest.fixture
async def signed_in(
    app: FastAPI, db: Database, new_party: NewParty
) -> AsyncIterator[SignedIn]:
    """Make a reader who has signed in with a new key of a role."""
    async with client_of(app) as client:

        async def make(role: Role, party: PartyId | None = None) -> Reader:
            new = await db.transact(
                auth.create_key, party=party or await new_party(), role=role
            )
            client.cookies.clear()
            reader = Reader(client)
            await reader.open("/sign-in")
            await reader.send("/sign-in", key=new.shown)
            return reader

        yield make


@pytest.fixture
async def admin_db(admin_of: str, clock: StoppedClock) -> AsyncIterator[Database]:
    """The database as somebody sees it who can break every rule of it."""
    engine = make_engine(_as_url(admin_of), pool_size=1)
    yield Database(engine, clock)
    await close_engine(engine)


def _as_url(conninfo: str) -> str:
    given = psycopg.conninfo.conninfo_to_dict(conninfo)
    url = URL.create(
        "postgresql",
        username=given.get("user"),
        password=given.get("password"),
        host=None,
        database=given["dbname"],
        query={"host": given["host"], "port": str(given.get("port", 5432))},
    )
    return url.render_as_string(hide_password=False)
