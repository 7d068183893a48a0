"""The limits to compare with: plain SQL that moves units, and bare group commit.

One table of balances that may not be negative and one of entries; no identity of a
request, no history by version, no record of the act: what any ledger must write.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection

from ledger.clock import SystemClock
from ledger.ids import new_uuid
from tests.benchmarks.ledger.measuring import Caller, Engine

ACCOUNTS = 1_000
MOST_WAITING = 512

_TABLES = """
DROP TABLE IF EXISTS raw_entry, raw_account;
CREATE TABLE raw_account (
    id int PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 50);
CREATE TABLE raw_entry (
    transfer uuid NOT NULL, account int NOT NULL REFERENCES raw_account,
    units bigint NOT NULL CHECK (units <> 0),
    balance_after bigint NOT NULL CHECK (balance_after >= 0),
    PRIMARY KEY (transfer, account)
);
INSERT INTO raw_account SELECT n, 1000000000000
  FROM generate_series(0, 999) AS n;
"""
_ONE = """
WITH locked AS MATERIALIZED (
    SELECT id FROM raw_account WHERE id IN (%(a)s, %(b)s) ORDER BY id FOR UPDATE
), moved AS (
    UPDATE raw_account AS x SET balance = x.balance
        + CASE WHEN x.id = %(a)s THEN -%(m)s::bigint ELSE %(m)s::bigint END
      FROM locked WHERE x.id = locked.id RETURNING x.id, x.balance
)
INSERT INTO raw_entry SELECT %(t)s, id,
    CASE WHEN id = %(a)s THEN -%(m)s::bigint ELSE %(m)s::bigint END, balance FROM moved
"""
_MANY = """
WITH t AS (
    SELECT * FROM unnest(%(t)s::uuid[], %(a)s::int[], %(b)s::int[], %(m)s::bigint[])
        WITH ORDINALITY AS t (transfer, a, b, m, n)
), e AS (
    SELECT transfer, n, a AS account, -m AS units FROM t
    UNION ALL SELECT transfer, n, b, m FROM t
), d AS (SELECT account, sum(units)::bigint AS units FROM e GROUP BY account
), l AS MATERIALIZED (
    SELECT id, balance FROM raw_account WHERE id IN (SELECT account FROM d)
     ORDER BY id FOR UPDATE
), r AS (
    SELECT e.transfer, e.account, e.units, l.balance + sum(e.units)
        OVER (PARTITION BY e.account ORDER BY e.n)::bigint AS after
      FROM e JOIN l ON l.id = e.account
), i AS (INSERT INTO raw_entry SELECT transfer, account, units, after FROM r)
UPDATE raw_account AS x SET balance = x.balance + d.units
  FROM l JOIN d ON d.account = l.id WHERE x.id = l.id
"""

Pair = tuple[int, int]


def pair(*, hot: bool) -> Pair:
    """Choose two accounts; a hot one pays for all."""
    first = 0 if hot else random.randrange(ACCOUNTS)
    second = random.randrange(ACCOUNTS - 1)
    return first, second + (second >= first)


def prepare(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLES)
        connection.execute("VACUUM ANALYZE raw_account")


def _one(hot: bool) -> dict[str, object]:
    a, b = pair(hot=hot)
    return {"a": a, "b": b, "m": random.randint(1, 100), "t": _id()}


def _id() -> str:
    return str(new_uuid(SystemClock().now()))


def _many(asked: list[dict[str, object]]) -> dict[str, str]:
    return {name: f"{{{','.join(str(one[name]) for one in asked)}}}" for name in "tabm"}


def plain(url: str, *, batch: int, hot: bool) -> Engine:
    """One connection a caller, one statement a commit."""

    @asynccontextmanager
    async def engine(callers: int) -> AsyncIterator[Callable[[int], Caller]]:
        connections = [
            await AsyncConnection.connect(url, autocommit=True, prepare_threshold=0)
            for _ in range(callers)
        ]

        def make(number: int) -> Caller:
            async def call() -> int:
                if batch == 1:
                    await connections[number].execute(_ONE, _one(hot))
                else:
                    asked = _many([_one(hot) for _ in range(batch)])
                    await connections[number].execute(_MANY, asked)
                return batch

            return call

        yield make
        for connection in connections:
            await connection.close()

    return engine


def group_commit(url: str, *, hot: bool) -> Engine:
    """One connection for all: what gathered during a commit is the next statement."""

    @asynccontextmanager
    async def engine(callers: int) -> AsyncIterator[Callable[[int], Caller]]:
        _ = callers
        connection = await AsyncConnection.connect(
            url, autocommit=True, prepare_threshold=0
        )
        queue: asyncio.Queue[tuple[dict[str, object], asyncio.Future[None]]]
        queue = asyncio.Queue()

        async def write() -> None:
            while True:
                asked = [await queue.get()]
                while len(asked) < MOST_WAITING and not queue.empty():
                    asked.append(queue.get_nowait())
                await connection.execute(_MANY, _many([one for one, _ in asked]))
                for _, answer in asked:
                    answer.set_result(None)

        def make(_: int) -> Caller:
            async def call() -> int:
                answer = asyncio.get_running_loop().create_future()
                queue.put_nowait((_one(hot), answer))
                await answer
                return 1

            return call

        writer = asyncio.create_task(write())
        yield make
        writer.cancel()
        await connection.close()

    return engine
