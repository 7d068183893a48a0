"""Many loans out of some: every row the product wrote for a loan, again under other ids.

Made one by one, ten thousand running loans of two years take most of an hour. What was
made and counted by the product's own code is copied in the database instead, row by row
and column by column: only what names the loan, and what hangs on it, is another. Checks,
keys and triggers of the tables hold of the copies too. The audit log is told of the
first of them alone.
"""

from typing import Final

import psycopg
from psycopg import sql

_MARK: Final = "~"
_OURS: Final = f"""(SELECT id FROM account
    WHERE (kind ~ '^(loan|note)[.]' OR kind = 'collections')
      AND strpos(path, '{_MARK}') = 0)"""  # noqa: S608 - our own mark
_ENTRIES: Final = f"(SELECT entry FROM posting WHERE account IN {_OURS})"  # noqa: S608 - ours
# Each table with what tells the first loans' rows from all others, in the order of keys.
TABLES: Final = {
    "account": f"id IN {_OURS}",
    "balance": f"account IN {_OURS}",
    "entry": f"id IN {_ENTRIES}",
    "posting": f"account IN {_OURS}",
    "loan": "true",
    "note": "true",
    "loan_event": "true",
    "loan_standing": "true",
    "loan_grading": "true",
    "loan_book": "true",
    "notice": "true",
}
_PEOPLE: Final = {"borrower", "lender", "party"}
_LOGGED: Final = {("entry", "stream"), ("entry", "number")}
# The last of a version 7 id is random, and what comes before it is each one's own.
_ANOTHER: Final = """
CREATE OR REPLACE FUNCTION another(id uuid, copy int) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN overlay(id::text PLACING lpad(to_hex(
    ('x' || right(id::text, 4))::bit(16)::int # copy), 4, '0') FROM 33)::uuid
"""
_COLUMNS: Final = """
SELECT column_name, data_type FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position
"""


def multiply(admin_url: str, times: int) -> None:
    """Let there be so many of each loan, all their rows included, in one transaction."""
    with psycopg.connect(admin_url) as connection:
        connection.execute(_ANOTHER)
        for table, first in TABLES.items():
            connection.execute(_copying(connection, table, first), [times - 1])
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copying(connection: psycopg.Connection, table: str, first: str) -> sql.Composed:
    columns = connection.execute(_COLUMNS, [table]).fetchall()
    return sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values}"
        " FROM {table}, generate_series(1, %s) AS copy WHERE {first}"
    ).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        values=sql.SQL(", ").join(_value(table, *column) for column in columns),
        first=sql.SQL(first),
    )


def _value(table: str, name: str, kind: str) -> sql.Composable:
    column = sql.Identifier(name)
    if (table, name) in _LOGGED:
        return sql.SQL("NULL")
    if (table, name) == ("account", "path"):
        return sql.SQL("path || {} || copy").format(sql.Literal(_MARK))
    if kind == "uuid" and name not in _PEOPLE:
        return sql.SQL("another({}, copy)").format(column)
    return column
