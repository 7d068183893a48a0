"""Prepare a database: roles, grants of the house, migrations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import Connection, sql
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

OWNER = "tonle_owner"
APP = "tonle_app"
AUDITOR = "tonle_auditor"
ROLES = (OWNER, APP, AUDITOR)
DATABASE = "tonle"
SCRIPTS = Path(__file__).with_name("migrations")
LOCK_TIMEOUT = "5s"
MIGRATION_LOCK = 0x746F6E6C65  # "tonle"


@dataclass(frozen=True)
class Urls:
    """The three doors of one database."""

    owner: str
    app: str
    auditor: str

    @classmethod
    def of(cls, admin: str, database: str, passwords: Mapping[str, str]) -> "Urls":
        """Derive the roles' URLs of a database from the administrator's."""
        doors = (
            make_url(admin)._replace(
                username=role, password=passwords.get(role), database=database
            )
            for role in ROLES
        )
        return cls(*(door.render_as_string(hide_password=False) for door in doors))


def make_roles(admin: str, passwords: Mapping[str, str]) -> None:
    """Make the roles when missing, and give them their passwords when they have one."""
    with psycopg.connect(admin, autocommit=True) as connection:
        for role in ROLES:
            _make_role(connection, role, passwords.get(role))


def _make_role(connection: Connection, role: str, password: str | None) -> None:
    found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
    name = sql.Identifier(role)
    if not found.rowcount:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    if password is not None:
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        connection.execute(statement.format(name, sql.Literal(password)))


def make_database(admin: str, database: str) -> None:
    """Make a database when it is missing, and open it to the three roles."""
    name = sql.Identifier(database)
    with psycopg.connect(admin, autocommit=True) as connection:
        found = connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", [database]
        )
        if not found.rowcount:
            statement = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(statement.format(name, sql.Identifier(OWNER)))
            statement = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
            connection.execute(statement.format(name))
    with psycopg.connect(admin, dbname=database, autocommit=True) as connection:
        _open_to_roles(connection, name)


def _open_to_roles(connection: Connection, database: sql.Identifier) -> None:
    """Let the roles in; only the owner may make things."""
    roles = sql.SQL(", ").join(map(sql.Identifier, ROLES))
    statement = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
    connection.execute(statement.format(database, roles))
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    statement = sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}")
    connection.execute(statement.format(sql.Identifier(OWNER)))


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, as the owner's role; one migrator at a time."""
    _run_alembic(url, command.upgrade, revision)


def unmigrate(url: str, revision: str = "base") -> None:
    """Take migrations back down to a revision."""
    _run_alembic(url, command.downgrade, revision)


def _run_alembic(url: str, act: Callable[[Config, str], None], revision: str) -> None:
    """Run Alembic on one connection, while an advisory lock keeps others out."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        connect_args={"options": f"-c lock_timeout={LOCK_TIMEOUT} -c role={OWNER}"},
    )
    with psycopg.connect(url, autocommit=True) as guard, engine.connect() as connection:
        guard.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        config.attributes["connection"] = connection
        act(config, revision)
