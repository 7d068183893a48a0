"""Holds whose time has passed are let go by a job, without anybody's asking."""

from datetime import timedelta

from api.jobs import jobs_of, run_once
from api.services import Services
from ledger import holds, invariants
from ledger.clock import StoppedClock
from ledger.database import Database
from tests.ledger.builders import an_id, available, move, open_accounts


async def test_a_job_lets_go_the_holds_whose_time_has_passed(
    db: Database, clock: StoppedClock
) -> None:
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 100)
    on = clock.now().date()
    placed = [
        holds.NewHold(an_id(db), a, b, 10, on, clock.now() + timedelta(hours=hours))
        for hours in (1, 1, 3)
    ]
    await db.transact(holds.place, placed)
    jobs = jobs_of(Services(db))

    await run_once(jobs)
    before = await available(db, a)
    clock.advance(timedelta(hours=2))
    await run_once(jobs)

    assert before == 70
    assert await available(db, a) == 90
    states = [(await db.read(holds.get, hold.id)).state for hold in placed]
    assert states == ["expired", "expired", "open"]
    assert await db.read(invariants.find_breaches) == []
