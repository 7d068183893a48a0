"""pgledger (pgr0ss/pgledger, MIT), read from a folder the caller names."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from psycopg import AsyncConnection

from tests.benchmarks.ledger.measuring import Caller, Engine
from tests.benchmarks.ledger.raw import ACCOUNTS, pair

FILES = (
    "vendor/scoville-pgsql-ulid/ulid-to-uuid.sql",
    "vendor/scoville-pgsql-ulid/uuid-to-ulid.sql",
    "pgledger.sql",
)
START_UNITS = 1_000_000_000
_ONE = "SELECT id FROM pgledger_create_transfer(%s, %s, %s)"
_MANY = (
    "SELECT count(*) FROM pgledger_create_transfers((SELECT"
    " array_agg((a, b, m)::transfer_request)"
    " FROM unnest(%s::text[], %s::text[], %s::numeric[]) AS t (a, b, m)))"
)


def prepare(url: str, checkout: Path) -> list[str]:
    """Install it in a database of its own and open the accounts."""
    opening = "SELECT id FROM pgledger_create_account(%s, 'USD', %s)"
    with psycopg.connect(url, autocommit=True) as connection:
        for name in FILES:
            connection.execute((checkout / name).read_bytes())

        def make(name: str, may_fall: bool) -> str:
            row = connection.execute(opening, [name, may_fall]).fetchone()
            assert row is not None
            return str(row[0])

        world = make("world", True)
        ids = [make(f"a{number}", False) for number in range(ACCOUNTS)]
        for id_ in ids:
            connection.execute(_ONE, [world, id_, START_UNITS])
        connection.execute("VACUUM ANALYZE")
    return ids


def pgledger(url: str, ids: list[str], *, batch: int, hot: bool) -> Engine:
    """Each caller calls its functions on its own connection."""

    @asynccontextmanager
    async def engine(callers: int) -> AsyncIterator[Callable[[int], Caller]]:
        connections = [
            await AsyncConnection.connect(url, autocommit=True, prepare_threshold=0)
            for _ in range(callers)
        ]

        def make(number: int) -> Caller:
            async def call() -> int:
                pairs = [pair(hot=hot) for _ in range(batch)]
                units = [random.randint(1, 100) for _ in pairs]
                if batch == 1:
                    a, b = pairs[0]
                    await connections[number].execute(_ONE, [ids[a], ids[b], units[0]])
                else:
                    await connections[number].execute(
                        _MANY,
                        [[ids[a] for a, _ in pairs], [ids[b] for _, b in pairs], units],
                    )
                return batch

            return call

        yield make
        for connection in connections:
            await connection.close()

    return engine
