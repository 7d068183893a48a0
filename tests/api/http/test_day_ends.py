"""Operators see the business dates and answer the clock; borrowers see their notices."""

from datetime import timedelta

import httpx

from api.auth import Role
from api.jobs import days
from finance.lending import dayend
from ledger.clock import StoppedClock
from ledger.database import Database
from tests.api.conftest import KeyFor


async def test_an_operator_sees_a_stopped_clock_and_lets_it_go_on(
    client: httpx.AsyncClient, db: Database, clock: StoppedClock, key_for: KeyFor
) -> None:
    operator = await key_for(Role.OPERATOR)
    await days.count_days(db)
    early = await client.post("/v1/day-ends/resume", headers=operator)
    clock.advance(timedelta(days=3))
    await db.transact(dayend.watch_clock)

    stopped = await client.get("/v1/clock-stops", headers=operator)
    resumed = await client.post("/v1/day-ends/resume", headers=operator)
    await days.count_days(db)
    after = await client.get("/v1/clock-stops", headers=operator)
    counted = await client.get("/v1/day-ends", headers=operator)

    assert early.status_code == 409
    assert early.json()["code"] == "clock_not_stopped"
    (stop,) = stopped.json()["items"]
    assert (stop["last_on"], stop["seen_on"]) == ("2026-01-05", "2026-01-08")
    assert resumed.json()["trusted_on"] == "2026-01-08"
    assert after.json()["items"] == []
    assert [day["business_date"] for day in counted.json()["items"]] == [
        "2026-01-08",
        "2026-01-07",
        "2026-01-06",
        "2026-01-05",
    ]


async def test_a_lender_sees_no_notices_of_others(
    client: httpx.AsyncClient, key_for: KeyFor
) -> None:
    lender = await key_for(Role.LENDER)

    answer = await client.get("/v1/notices", headers=lender)

    assert answer.json()["items"] == []
