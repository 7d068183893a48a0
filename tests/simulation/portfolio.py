"""Live a portfolio for months: python -m tests.simulation.portfolio --loans 10000.

``paper`` keeps the books in memory by the product's own rules and carries any number of
loans; ``postgres`` goes through the product's doors into a database of its own.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from api import postgres, schema
from ledger.clock import StoppedClock
from ledger.database import Database, close_engine, make_engine
from ledger.money import Currency
from tests.journeys.people import World
from tests.simulation import on_paper
from tests.simulation.loans import planned
from tests.simulation.real import Portfolio

FIRST_MOMENT = datetime(2026, 1, 10, 5, tzinfo=UTC)
# Books are judged, not the disk: nothing outlives the run.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


async def in_postgres(
    world: World, *, seed: int, loans: int, months: int
) -> tuple[Portfolio, int]:
    """Live a portfolio in a database; return it, and how many checks held."""
    portfolio = await Portfolio.opened(world)
    dollars = (Currency.USD,)
    await portfolio.lend([planned(seed, number, dollars) for number in range(loans)])
    return portfolio, await portfolio.live(seed, months)


async def _in_own_database(url: str, seed: int, loans: int, months: int) -> int:
    clock = StoppedClock(FIRST_MOMENT)
    db = Database(make_engine(url, pool_size=2), clock)
    world = World(db, clock)
    try:
        portfolio, checks = await in_postgres(
            world, seed=seed, loans=loans, months=months
        )
    finally:
        await close_engine(db.engine)
    _say(portfolio.deeds)
    return checks


def _run_postgres(seed: int, loans: int, months: int) -> int:
    passwords = dict.fromkeys(schema.ROLES, "only-for-tests")
    name = f"portfolio_{os.getpid()}"
    with (
        tempfile.TemporaryDirectory(prefix="tonle-portfolio-") as folder,
        postgres.running(Path(folder), _FORGETFUL) as admin,
    ):
        schema.make_roles(admin, passwords)
        schema.make_database(admin, name)
        urls = schema.Urls.of(admin, name, passwords)
        schema.migrate(urls.owner)
        return asyncio.run(_in_own_database(urls.app, seed, loans, months))


def _say(deeds: Counter[str]) -> None:
    for what, often in deeds.most_common():
        sys.stdout.write(f"{often:>9} {what}\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.portfolio")
    parser.add_argument("--loans", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--books", choices=("paper", "postgres"), default="paper")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    began = time.monotonic()
    broken: list[str] = []
    if asked.books == "paper":
        result = on_paper.run(asked.seed, asked.loans, asked.months, asked.workers)
        _say(result.deeds)
        checks, broken = result.checks, result.broken
    else:
        checks = _run_postgres(asked.seed, asked.loans, asked.months)
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"{asked.loans} loans, {asked.months} months, {asked.books}:"
        f" {checks} checks, {len(broken)} broken; {seconds:.0f} s\n"
    )
    for one in broken:
        sys.stdout.write(f"{one}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
