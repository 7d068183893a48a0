"""Measure the ledger beside plain SQL: python -m tests.benchmarks.ledger."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from api import postgres, schema
from ledger.outbox import AuditMode
from tests.benchmarks.ledger import ours, peer, raw
from tests.benchmarks.ledger.measuring import (
    Case,
    Engine,
    Figure,
    figure,
    fsync_ms,
    measure,
)

CASES = [
    Case("1 per commit", 1),
    Case("1 per commit", 8),
    Case("1 per commit", 64),
    Case("1 per commit", 256),
    Case("hot account", 8, hot=True),
    Case("hot account", 64, hot=True),
    Case("hot account", 256, hot=True),
    Case("batch 100", 1, 100),
    Case("batch 1000", 1, 1_000),
    Case("batch 4000", 1, 4_000),
]
RATIOS = {
    "post / raw": ("post", "raw"),
    "lane / raw": ("lane", "raw"),
    "lane / group commit": ("lane", "group commit"),
    "audit on / off": ("lane", "lane, audit off"),
    "post / pgledger": ("post", "pgledger"),
    "lane / pgledger": ("lane", "pgledger"),
}
MOST_RAW_CALLERS = 8
AUDIT_CALLERS = (8, 64)
ENGINES = ("raw", "group commit", "post", "lane", "lane, audit off", "pgledger")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.ledger")
    parser.add_argument("--url", help="a superuser's URL; else a server is started")
    parser.add_argument("--pgledger", type=Path, help="a checkout of pgr0ss/pgledger")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", help="run cases whose name and callers hold this")
    return parser.parse_args()


@contextmanager
def server(url: str | None) -> Iterator[tuple[str, Path]]:
    """Yield a superuser's URL and a folder on the disk that is measured."""
    with tempfile.TemporaryDirectory(prefix="tonle-benchmark-") as folder:
        if url:
            yield url, Path(folder)
            return
        with postgres.running(Path(folder)) as own:
            yield own, Path(folder)


class World:
    """The databases of one run, and the engines that work on them."""

    def __init__(self, admin: str, checkout: Path | None) -> None:
        passwords = dict.fromkeys(schema.ROLES, "only-for-tests")
        schema.make_roles(admin, passwords)
        name = f"benchmark_{os.getpid()}"
        schema.make_database(admin, name)
        urls = schema.Urls.of(admin, name, passwords)
        schema.migrate(urls.owner)
        self.app = urls.app
        self.bare = psycopg.conninfo.make_conninfo(urls.owner)
        raw.prepare(self.bare)
        self.wallets = asyncio.run(ours.prepare(self.app))
        self.peer_ids: list[str] = []
        if checkout:
            schema.make_database(admin, f"{name}_peer")
            self.peer = psycopg.conninfo.make_conninfo(admin, dbname=f"{name}_peer")
            self.peer_ids = peer.prepare(self.peer, checkout)

    def engine(self, name: str, case: Case) -> Engine | None:
        """Return the engine for a case; None where it has no part in it."""
        single, few = case.batch == 1, case.callers <= MOST_RAW_CALLERS
        takes_part = {
            "raw": few,
            "group commit": single and case.callers > 1,
            "post": True,
            "lane": single,
            "lane, audit off": single and case.callers in AUDIT_CALLERS,
            "pgledger": bool(self.peer_ids) and few,
        }
        return self._engine(name, case) if takes_part[name] else None

    def _engine(self, name: str, case: Case) -> Engine:
        kind = {"batch": case.batch, "hot": case.hot}
        off = AuditMode.OFF
        match name:
            case "raw":
                return raw.plain(self.bare, **kind)
            case "group commit":
                return raw.group_commit(self.bare, hot=case.hot)
            case "post":
                return ours.direct(self.app, self.wallets, **kind)
            case "lane":
                return ours.by_lane(self.app, self.wallets, hot=case.hot)
            case "lane, audit off":
                return ours.by_lane(self.app, self.wallets, hot=case.hot, audit=off)
            case _:
                return peer.pgledger(self.peer, self.peer_ids, **kind)


def run(world: World, arguments: argparse.Namespace, folder: Path) -> list[Figure]:
    """Measure case by case, all engines next to each other, round by round."""
    figures = []
    for _ in range(arguments.rounds):
        for case in CASES:
            if arguments.only and arguments.only not in f"{case.name} {case.callers}":
                continue
            for name in ENGINES:
                engine = world.engine(name, case)
                if engine is None:
                    continue
                apart = name in {"raw", "post", "pgledger"}
                processes = min(case.callers, 2) if apart else 1
                probe = fsync_ms(folder)
                tally = measure(
                    engine, case.callers, processes=processes, seconds=arguments.seconds
                )
                figures.append(figure(name, case, tally, probe))
    return figures


def best(figures: list[Figure], engine: str, case: Case) -> Figure | None:
    """Return the better of the rounds: noise only ever slows."""
    found = [
        one
        for one in figures
        if (one.engine, one.case, one.callers) == (engine, case.name, case.callers)
    ]
    return max(found, key=lambda one: one.per_second, default=None)


def table(figures: list[Figure]) -> str:
    """Write transfers a second, each with its ratio to raw or to bare group commit."""
    lines = [
        f"| case | callers | {' | '.join([*ENGINES, *RATIOS])} |",
        f"|{'---|' * (len(ENGINES) + len(RATIOS) + 2)}",
    ]
    for case in CASES:
        by = {name: best(figures, name, case) for name in ENGINES}
        if not any(by.values()):
            continue
        cells = [
            f"{one.per_second:,} ({one.p50_ms}/{one.p99_ms} ms)" if one else ""
            for one in by.values()
        ]
        ratios = [ratio(by[one], by[other]) for one, other in RATIOS.values()]
        words = [case.name, str(case.callers), *cells, *ratios]
        lines.append(f"| {' | '.join(words)} |")
    return "\n".join(lines)


def ratio(one: Figure | None, other: Figure | None) -> str:
    return f"{one.per_second / other.per_second:.2f}" if one and other else ""


def main() -> None:
    """Run everything and write the lines as they come, then the table."""
    arguments = read_arguments()
    with server(arguments.url) as (admin, folder):
        figures = run(World(admin, arguments.pgledger), arguments, folder)
    sys.stdout.write(f"\n{platform.machine()}, {os.cpu_count()} cores, ")
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}\n{table(figures)}\n")


if __name__ == "__main__":
    main()
