"""The house opens on the embedded server, on an operator's own, or says what is wrong."""

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from api import house, postgres, schema
from api.settings import Settings
from ledger.errors import Unavailable

pytestmark = pytest.mark.slow

ONLY_WITH_PASSWORD = """\
local all postgres trust
local all all scram-sha-256
"""


@pytest.fixture
def operators(data_dir: Path) -> Iterator[str]:
    """An operator's own server: passwords are asked for."""
    folder = data_dir / "operators"
    with postgres.running(folder, {"fsync": "off"}) as url:
        (folder / "pg" / "pg_hba.conf").write_text(ONLY_WITH_PASSWORD)
        run(url, "SELECT pg_reload_conf()")
        run(url, "CREATE ROLE operator LOGIN CREATEROLE CREATEDB PASSWORD 'x'")
        run(url, "CREATE ROLE guest LOGIN PASSWORD 'x'")
        yield url


def run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def as_role(url: str, role: str) -> str:
    return url.replace("postgres@", f"{role}:x@")


def who(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT current_user, current_database()").fetchone()


def test_the_embedded_house_opens_twice(data_dir: Path) -> None:
    settings = Settings(data=data_dir, database_url=None)

    for _ in range(2):
        with house.opened(settings) as urls:
            assert who(urls.owner) == (schema.OWNER, "tonle")
            assert who(urls.app) == (schema.APP, "tonle")
            assert who(urls.auditor) == (schema.AUDITOR, "tonle")


def test_an_operators_server_is_enough(operators: str, data_dir: Path) -> None:
    settings = Settings(data=data_dir, database_url=as_role(operators, "operator"))

    for _ in range(2):
        with house.opened(settings) as urls:
            assert who(urls.owner) == (schema.OWNER, "tonle")
            assert who(urls.app) == (schema.APP, "tonle")

    assert stat.S_IMODE((data_dir / "secrets.json").stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError):
        who(make_url(urls.app).set(password="guessed").render_as_string(False))


def test_a_database_named_in_the_url_is_used(operators: str, data_dir: Path) -> None:
    url = as_role(operators, "operator").replace("/postgres", "/own")

    run(operators, "CREATE DATABASE own OWNER operator")

    with house.opened(Settings(data=data_dir, database_url=url)) as urls:
        assert who(urls.app) == (schema.APP, "own")


def test_roles_the_operator_made_are_taken(operators: str, data_dir: Path) -> None:
    schema.make_roles(operators, dict.fromkeys(schema.ROLES, "x"))
    schema.make_database(operators, "tonle")
    doors = schema.Urls.of(operators, "tonle", dict.fromkeys(schema.ROLES, "x"))
    settings = Settings(
        data=data_dir,
        database_url=doors.owner,
        app_database_url=doors.app,
        auditor_database_url=doors.auditor,
    )

    with house.opened(settings) as urls:
        assert urls == doors

    assert not (data_dir / "secrets.json").exists()


def test_a_role_without_rights_is_told_what_to_grant(
    operators: str, data_dir: Path
) -> None:
    settings = Settings(data=data_dir, database_url=as_role(operators, "guest"))

    with pytest.raises(Unavailable, match="CREATEROLE"), house.opened(settings):
        pass


def test_a_database_that_is_away_is_told_in_a_sentence(data_dir: Path) -> None:
    settings = Settings(data=data_dir, database_url="postgresql://x@127.0.0.1:1/x")

    with pytest.raises(Unavailable, match="cannot be reached"), house.opened(settings):
        pass


def test_reset_forgets_everything_and_nothing_else(data_dir: Path) -> None:
    settings = Settings(data=data_dir, database_url=None)
    (data_dir / "diary.txt").touch()
    with (
        house.opened(settings),
        pytest.raises(Unavailable, match="stop that one first"),
    ):
        house.reset(settings)

    house.reset(settings)

    assert [kept.name for kept in data_dir.iterdir()] == ["diary.txt"]


def test_reset_leaves_an_operators_database_alone(data_dir: Path) -> None:
    settings = Settings(data=data_dir, database_url="postgresql://somewhere/own")

    with pytest.raises(Unavailable, match="drop that database yourself"):
        house.reset(settings)
