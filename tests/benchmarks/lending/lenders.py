"""Time one repayment to very many lenders: python -m tests.benchmarks.lending.lenders.

The loan is offered, funded and paid by the product's own doors into a database of its
own. What is timed is the command that shares a receipt out: claims that fell due, every
note and wallet, the ledger's entries, the record for each lender, and the commit.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api import postgres, schema
from finance import lending
from ledger import invariants, memory
from ledger.clock import StoppedClock
from ledger.database import Database, close_engine, make_engine
from ledger.ids import PartyId
from ledger.money import Money
from risk.identity import PartyKind
from tests.finance.lending.many import pledge_many
from tests.journeys.people import World, usd

FIRST_MOMENT = datetime(2026, 1, 10, 5, tzinfo=UTC)
DOLLARS_EACH = 2


@dataclass(frozen=True)
class Timed:
    """One distribution: the clock on the wall, and this process's own time."""

    seconds: float
    own_seconds: float


async def measure(url: str, lenders: int, rounds: int) -> list[Timed]:
    """Fund a loan by so many lenders and share some receipts out to them."""
    clock = StoppedClock(FIRST_MOMENT)
    db = Database(make_engine(url, pool_size=2), clock)
    try:
        world = World(db, clock)
        firm = await world.party("Firm", PartyKind.FIRM)
        desk = (await world.party("One"), await world.party("Two"))
        offer = await world.offer(firm, usd(lenders * DOLLARS_EACH), desk)
        await pledge_many(world, offer, lenders)
        loan = await world.fund(offer, firm)
        found = [await _share_out(world, loan) for _ in range(rounds)]
        if await db.read(invariants.find_breaches):
            raise AssertionError("a law of the books is broken")
        return found
    finally:
        await close_engine(db.engine)


async def _share_out(world: World, loan: lending.Loan) -> Timed:
    await world.live(loan, 31)
    state = await world.db.read(lending.loan_state, loan_id=loan.id)
    due = Money(
        state.outstanding.interest.minor + loan.principal_minor // 20, usd(1).currency
    )
    await world.pay_in(PartyId(loan.borrower), due)
    receipt = await world.db.transact(
        lending.repay, loan_id=loan.id, party_id=PartyId(loan.borrower), amount=due
    )
    memory.settle()  # as the server does
    began, own = time.perf_counter(), time.process_time()
    await world.db.transact(lending.distribute, receipt_id=receipt.id)
    return Timed(time.perf_counter() - began, time.process_time() - own)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.lending.lenders")
    parser.add_argument("--lenders", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    passwords = dict.fromkeys(schema.ROLES, "only-for-tests")
    name = f"lenders_{os.getpid()}"
    with (
        tempfile.TemporaryDirectory(prefix="tonle-lenders-") as folder,
        postgres.running(Path(folder)) as admin,
    ):
        schema.make_roles(admin, passwords)
        schema.make_database(admin, name)
        urls = schema.Urls.of(admin, name, passwords)
        schema.migrate(urls.owner)
        for one in asyncio.run(measure(urls.app, asked.lenders, asked.rounds)):
            sys.stdout.write(
                f"{asked.lenders} lenders: {one.seconds:.2f} s, of which"
                f" {one.own_seconds:.2f} s this process's own\n"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
