"""What runs by the hour: the watch over the laws, and loans nobody accepted."""

from datetime import timedelta

import psycopg
import pytest
from structlog.testing import capture_logs

from api.jobs import duties_of, jobs_of, run_once
from api.jobs.runner import Job
from api.services import Services
from finance import lending, raising
from finance.lending import LoanStatus
from ledger.clock import StoppedClock
from ledger.database import Database
from risk.identity import PartyKind
from tests.journeys.people import World, usd


@pytest.fixture
def services(db: Database) -> Services:
    return Services(db)


def watch_of(services: Services) -> list[Job]:
    """Return the watch over the laws, out of everything that runs."""
    duties = duties_of(services)
    return [job for job in duties if isinstance(job, Job) and job.name == "laws"]


async def test_a_broken_law_sounds_the_alarm_and_a_whole_book_none(
    services, db, clock, admin_of
) -> None:
    await World(db, clock).lender("Lender", usd(10))
    with capture_logs() as before:
        await run_once(watch_of(services))
    with psycopg.connect(admin_of) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE balance SET version = version + 1")

    with capture_logs() as after:
        await run_once(watch_of(services))

    assert before == []
    assert {line["event"] for line in after} == {"law_broken"}
    assert {line["law"] for line in after} == {"balance_is_its_history"}
    assert all(line["log_level"] == "error" and line["where"] for line in after)


async def test_a_loan_nobody_accepted_lapses_by_itself(
    services, db: Database, clock: StoppedClock
) -> None:
    world = World(db, clock)
    firm = await world.party("Firm", PartyKind.FIRM)
    operators = await world.party("One"), await world.party("Two")
    lender = await world.lender("Lender", usd(1_000))
    offer = await world.offer(firm, usd(1_000), operators)
    await world.pledge(offer, lender, usd(1_000))
    clock.advance(timedelta(days=5))
    await db.transact(raising.close_due_offers)
    loan = await db.transact(lending.form_loan, offer_id=offer.id)
    clock.advance(timedelta(days=14))

    await run_once(jobs_of(services))

    kept = await db.read(lending.get_loan, loan_id=loan.id)
    assert kept.status == LoanStatus.LAPSED
    assert await world.available(lender) == usd(1_000)
