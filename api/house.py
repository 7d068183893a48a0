"""Open the house: a running, migrated database with its three doors; close and clear it."""

import json
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import errors
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from api import postgres, schema
from api.schema import Urls
from api.settings import Settings
from ledger import private_files
from ledger.errors import Unavailable

PASSWORD_BYTES = 24
MADE_HERE = frozenset(
    {
        *("pg", "pg.unfinished", "pg.users", "pg.turn", "secrets.json", "log.key"),
        *("demo.json", "people.json", "export", "export.unfinished", "portal-secret"),
        *("wrapping.key", "witnesses"),
    }
)


@contextmanager
def opened(settings: Settings) -> Iterator[Urls]:
    """Yield the doors of a migrated database; the embedded server runs meanwhile.

    Raises:
        Unavailable: The database cannot be used; the sentence says what to do.
    """
    if settings.database_url is None:
        with postgres.running(settings.data) as admin:
            yield _prepared(admin, schema.DATABASE, {})
    elif settings.app_database_url and settings.auditor_database_url:
        yield _migrated(
            Urls(
                settings.database_url,
                settings.app_database_url,
                settings.auditor_database_url,
            )
        )
    else:
        name = make_url(settings.database_url).database
        own = name if name and name != "postgres" else schema.DATABASE
        passwords = _passwords(settings.data / "secrets.json")
        yield _prepared(settings.database_url, own, passwords)


def stop(settings: Settings) -> None:
    """Stop an embedded server that was left behind.

    Raises:
        Unavailable: Another program still uses it.
    """
    if not postgres.stop(settings.data):
        raise Unavailable("another program uses the database; stop that one first")


def reset(settings: Settings) -> None:
    """Stop the embedded server and delete what it knows, and nothing beside it.

    Raises:
        Unavailable: The data is somewhere else, or another program uses it.
    """
    if settings.database_url is not None:
        raise Unavailable("DATABASE_URL is set; drop that database yourself")
    stop(settings)
    for kept in settings.data.glob("*"):
        if kept.name not in MADE_HERE:
            continue
        if kept.is_dir():
            shutil.rmtree(kept)
        else:
            kept.unlink()


def _prepared(admin: str, database: str, passwords: Mapping[str, str]) -> Urls:
    with _plainly():
        schema.make_roles(admin, passwords)
        schema.make_database(admin, database)
    return _migrated(Urls.of(admin, database, passwords))


def _migrated(urls: Urls) -> Urls:
    with _plainly():
        schema.migrate(urls.owner)
    return urls


def _passwords(file: Path) -> dict[str, str]:
    """Read the roles' passwords; the first time, make them, for our eyes only."""

    def make() -> bytes:
        made = {role: secrets.token_urlsafe(PASSWORD_BYTES) for role in schema.ROLES}
        return json.dumps(made).encode()

    kept: dict[str, str] = json.loads(private_files.read_or_make(file, make))
    return kept


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in one sentence what is wrong with the database and what to do."""
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        driver = error.orig if isinstance(error, DBAPIError) else error
        sentence = _advice(driver)
        if sentence is None:
            raise
        raise Unavailable(sentence) from error


def _advice(error: BaseException | None) -> str | None:
    match error:
        case errors.InsufficientPrivilege():
            return (
                "the role of DATABASE_URL may not make roles and databases; grant it"
                " CREATEROLE and CREATEDB, or set TONLE_APP_DATABASE_URL and"
                " TONLE_AUDITOR_DATABASE_URL"
            )
        case errors.DiskFull():
            return "the database's disk is full; make room and start again"
        case errors.LockNotAvailable():
            return "somebody uses the tables to be migrated; try again later"
        case psycopg.OperationalError():
            return "the database cannot be reached or refuses us; check DATABASE_URL"
        case _:
            return None


if __name__ == "__main__":
    try:
        {"stop": stop, "reset": reset}[sys.argv[1]](Settings())
    except Unavailable as trouble:
        sys.exit(f"tonle: {trouble}")
