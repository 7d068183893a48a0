"""The migrations make exactly the tables the models speak of, and can be taken back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import errors
from sqlalchemy import CheckConstraint, Connection, create_engine, make_url

from api import models, schema
from tests.tidy import PACKAGES

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "api" / "models.py"
HISTORY = "alembic_version"


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def test_no_table_is_forgotten() -> None:
    declares = re.compile(r"^\s+__tablename__", re.MULTILINE)
    modules = {
        file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for floor in PACKAGES
        for file in (ROOT / floor).rglob("*.py")
        if declares.search(file.read_text())
    }

    listed = re.findall(r"^import ([\w.]+)$", LIST.read_text(), re.MULTILINE)

    assert set(listed) == modules


def test_models_and_migrations_say_the_same(owner_url: str) -> None:
    with connected(owner_url) as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, models.METADATA)

    assert differences == []


def test_models_and_migrations_state_the_same_checks(owner_url: str) -> None:
    said = {
        (table.name, str(constraint.name))
        for table in models.METADATA.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }

    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        ).fetchall()

    assert {(table.strip('"'), name) for table, name in rows} == said


def test_migrations_go_down_and_up_again(owner_url: str) -> None:
    before = _objects(owner_url)

    schema.unmigrate(owner_url)
    bare = _objects(owner_url)
    schema.migrate(owner_url)

    assert bare == {HISTORY, f"{HISTORY}_pkc"}
    assert _objects(owner_url) == before


def test_the_owner_owns_and_the_application_does_not(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        owners = connection.execute(
            "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace"
        ).fetchall()

    assert owners == [(schema.OWNER,)]


@pytest.mark.parametrize("role", ["app", "auditor"])
def test_only_the_owner_makes_tables(urls: schema.Urls, role: str) -> None:
    with (
        psycopg.connect(getattr(urls, role)) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE planted (id int)")


def test_the_auditor_writes_nothing(urls: schema.Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        rows = connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.table_privileges"
            " WHERE grantee = %s AND privilege_type <> 'SELECT'",
            [schema.AUDITOR],
        ).fetchall()

    assert rows == []


def test_the_application_empties_no_table(urls: schema.Urls) -> None:
    with psycopg.connect(urls.owner) as connection:
        rows = connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.table_privileges"
            " WHERE grantee = %s AND privilege_type IN ('TRUNCATE', 'TRIGGER')",
            [schema.APP],
        ).fetchall()

    assert rows == []


def test_a_second_migration_changes_nothing(owner_url: str) -> None:
    before = _objects(owner_url)

    schema.migrate(owner_url)

    assert _objects(owner_url) == before


def _objects(url: str) -> set[str]:
    """Name everything in the schema: tables, indexes, sequences, functions."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT relname::text FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace"
            " UNION SELECT proname::text FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace"
            " UNION SELECT conname::text FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
            " UNION SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        return {name for (name,) in rows.fetchall()}
