"""What every test stands on: one server a process, one fresh database a test.

The session's own server runs without fsync, in memory where there is room: nothing in
it outlives the session, and a database is made in a quarter of the time. Tests of
survival start a durable server themselves.
"""

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from psycopg.rows import TupleRow
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from xdist.scheduler import LoadScopeScheduling

from api import postgres, schema
from ledger.clock import StoppedClock
from ledger.database import Database, close_engine, make_engine

FIRST_MOMENT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
POOL_SIZE = 10
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder inside is ours alone
SERVER_BYTES = 2_000_000_000
ONE_WORLD = ("journeys/test_demo.py", "api/cli/test_commands.py")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
_numbers = itertools.count(1)

Administrator = psycopg.Connection[TupleRow]

# A busy machine makes an example slow, never wrong.
settings.register_profile(
    "patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_configure() -> None:
    """End on SIGTERM as on Ctrl-C, so that no server is left running."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A job in the background ignores Ctrl-C, or the end of its terminal, and so would
    # every program that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Scheduler(LoadScopeScheduling):
    """Give each worker the next test; a world is played once, for all its readers."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(ONE_WORLD) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduler:
    """Choose how tests are shared out when they run side by side."""
    return Scheduler(config, log)


@pytest.hookimpl(tryfirst=True)  # before words such as -m choose by the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a database, and run the fast tests before the others."""
    for item in items:
        if "admin_url" in getattr(item, "fixturenames", ()):
            item.add_marker("database")
    items.sort(key=lambda item: any(map(item.get_closest_marker, ("slow", "browser"))))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a browser's test where there is none; a build machine must have one."""
    if item.get_closest_marker("browser") and find_browser() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs a browser: apt-get install -y chromium")
        pytest.skip("no browser; apt-get install -y chromium")


def find_browser() -> str | None:
    """Find the system's Chromium or Chrome."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser_path() -> str | None:
    """The system's browser, for tests that carry the mark ``browser``."""
    return find_browser()


@contextmanager
def _server() -> Iterator[str]:
    given = os.environ.get("TONLE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="tonle-test-", dir=_memory()) as folder,
        postgres.running(Path(folder), _FORGETFUL) as url,
    ):
        yield url


def _memory() -> Path | None:
    """Return a folder in memory with room for the server, or none."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > SERVER_BYTES
    return MEMORY if has_room and os.access(MEMORY, os.W_OK) else None


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """The superuser's URL of the server: each process of tests has its own."""
    with _server() as url:
        with psycopg.connect(url, autocommit=True) as guard:
            # Processes side by side may have been given the same server.
            guard.execute("SELECT pg_advisory_lock(%s)", [schema.MIGRATION_LOCK])
            schema.make_roles(url, dict.fromkeys(schema.ROLES, "only-for-tests"))
        yield url


@pytest.fixture(scope="session")
def administrator(admin_url: str) -> Iterator[Administrator]:
    """The superuser, who makes the databases and drops them."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def template(admin_url: str, administrator: Administrator) -> Iterator[str]:
    """A migrated database that every test's database is copied from."""
    name = f"tonle_template_{os.getpid()}"
    schema.make_database(admin_url, name)
    schema.migrate(_urls(admin_url, name).owner)
    yield name
    _drop(administrator, name)


@contextmanager
def _installation() -> Iterator[Path]:
    # Not below ``tmp_path``: as root, pytest closes that to the server's own user.
    with tempfile.TemporaryDirectory(prefix="tonle-data-", dir=_memory()) as folder:
        yield Path(folder)
        postgres.stop(Path(folder))


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder for an installation's data; its server is stopped, whatever happened."""
    with _installation() as folder:
        yield folder


@pytest.fixture(scope="module")
def shared_data_dir() -> Iterator[Path]:
    """The same, for all tests of a module."""
    with _installation() as folder:
        yield folder


@pytest.fixture
def urls(
    admin_url: str, administrator: Administrator, template: str
) -> Iterator[schema.Urls]:
    """The doors of a fresh, migrated database."""
    name = f"tonle_test_{os.getpid()}_{next(_numbers)}"
    statement = "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy"
    words = map(sql.Identifier, (name, template, schema.OWNER))
    administrator.execute(sql.SQL(statement).format(*words))
    yield _urls(admin_url, name)
    _drop(administrator, name)


@pytest.fixture
def owner_url(urls: schema.Urls) -> str:
    return urls.owner


@pytest.fixture
def app_url(urls: schema.Urls) -> str:
    return urls.app


@pytest.fixture
def auditor_url(urls: schema.Urls) -> str:
    return urls.auditor


@pytest.fixture
def clock() -> StoppedClock:
    """Monday, 5 January 2026, nine in the morning in Phnom Penh."""
    return StoppedClock(FIRST_MOMENT)


@dataclass
class Doorway:
    """One engine for the session: what it has compiled serves every test's database."""

    engine: AsyncEngine
    database: str = ""

    def lead(self, *told: Any) -> None:
        """Connect to the database of the test that runs now."""
        told[-1]["dbname"] = self.database


@pytest.fixture(scope="session")
def doorway(admin_url: str, template: str) -> Doorway:
    url = _urls(admin_url, template).app
    doorway = Doorway(make_engine(url, pool_size=POOL_SIZE))
    event.listen(doorway.engine.sync_engine, "do_connect", doorway.lead)
    return doorway


@pytest.fixture
async def db(
    doorway: Doorway, app_url: str, clock: StoppedClock
) -> AsyncIterator[Database]:
    """The application's database, empty but for what migrations put there."""
    doorway.database = str(make_url(app_url).database)
    yield Database(doorway.engine, clock)
    await close_engine(doorway.engine)


def _urls(admin_url: str, name: str) -> schema.Urls:
    passwords = dict.fromkeys(schema.ROLES, "only-for-tests")
    return schema.Urls.of(admin_url, name, passwords)


def _drop(administrator: Administrator, name: str) -> None:
    statement = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    administrator.execute(statement.format(sql.Identifier(name)))


@pytest.fixture
def admin_of(admin_url: str, urls: schema.Urls) -> str:
    """The superuser's URL of the test's own database."""
    return psycopg.conninfo.make_conninfo(
        admin_url, dbname=psycopg.conninfo.conninfo_to_dict(urls.app)["dbname"]
    )
