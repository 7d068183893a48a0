"""The books are kept over HTTP by operators, and watched by the regulator."""

from datetime import timedelta

import pytest

from api.auth import Role
from finance.wallets import Platform, chart
from ledger.clock import StoppedClock
from ledger.database import Database
from ledger.money import Currency
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Json, ok

DECEMBER = "/ledger/periods/client_money/2025-12-01"


@pytest.fixture
async def adjustment(db: Database) -> Json:
    """A bank charge of five dollars, as it is proposed."""
    bank, fees = [
        await db.transact(chart.platform, name, Currency.USD)
        for name in (Platform.BANK, Platform.FEES)
    ]
    legs = [{"account": bank, "units": 500}, {"account": fees, "units": -500}]
    return {"legs": legs, "effective_on": "2026-01-05", "reason": "A bank charge."}


async def test_a_correction_waits_for_a_second_operator_and_is_linked_back(
    operator: Person, new_person: NewPerson, regulator: Person, adjustment: Json
) -> None:
    second = await new_person(Role.OPERATOR)
    asked = ok(await operator.post("/ledger/adjustments", adjustment))
    address = f"/ledger/corrections/{asked['id']}"
    waiting = ok(await regulator.get("/approvals"))["items"]

    alone = await operator.post(f"{address}/approve")
    booked = ok(await second.post(f"{address}/approve", key="once"))
    replayed = await second.post(f"{address}/approve", key="once")
    entry = booked["entry"]["id"]
    undo = {"effective_on": "2026-01-05", "reason": "It was ours."}
    back = ok(await second.post(f"/ledger/entries/{entry}/reverse", undo))
    mirror = ok(await operator.post(f"/ledger/corrections/{back['id']}/approve"))
    first = ok(await regulator.get(f"/ledger/entries/{entry}"))

    assert [one["id"] for one in waiting] == [asked["id"]]
    assert (alone.status_code, alone.json()["code"]) == (403, "same_person")
    assert replayed.json() == booked
    assert [leg["units"] for leg in mirror["legs"]] == [-500, 500]
    assert mirror["entry"]["reverses"] == entry
    assert first["reversed_by"] == mirror["entry"]["id"]


async def test_a_declined_correction_is_over(
    operator: Person, new_person: NewPerson, adjustment: Json
) -> None:
    second = await new_person(Role.OPERATOR)
    asked = ok(await operator.post("/ledger/adjustments", adjustment))
    address = f"/ledger/corrections/{asked['id']}"

    declined = ok(await second.post(f"{address}/decline"))
    late = await second.post(f"{address}/approve")

    assert declined["status"] == "declined"
    assert (late.status_code, late.json()["code"]) == (409, "approval_decided")


async def test_a_period_goes_from_open_to_closed_and_never_back(
    operator: Person, regulator: Person
) -> None:
    days = {"starts_on": "2025-12-01", "ends_on": "2025-12-31"}
    ok(await operator.post("/ledger/periods", {"book": "client_money", **days}))

    ok(await operator.post(f"{DECEMBER}/adjust"))
    ok(await operator.post(f"{DECEMBER}/close"))
    back = await operator.post(f"{DECEMBER}/adjust")
    seen = ok(await regulator.get("/ledger/periods?book=client_money"))["items"]

    assert (back.status_code, back.json()["code"]) == (409, "period_out_of_order")
    assert [one["state"] for one in seen] == ["closed"]


async def test_a_running_period_cannot_be_closed(operator: Person) -> None:
    days = {"starts_on": "2026-01-01", "ends_on": "2026-01-31"}
    ok(await operator.post("/ledger/periods", {"book": "loan_book", **days}))

    answer = await operator.post("/ledger/periods/loan_book/2026-01-01/close")

    assert (answer.status_code, answer.json()["code"]) == (409, "period_not_over")
    assert answer.json()["facts"] == {"ends_on": "2026-01-31"}


async def test_a_year_is_closed_once(
    operator: Person, new_person: NewPerson, adjustment: Json, clock: StoppedClock
) -> None:
    second = await new_person(Role.OPERATOR)
    asked = ok(await operator.post("/ledger/adjustments", adjustment))
    ok(await second.post(f"/ledger/corrections/{asked['id']}/approve"))
    clock.advance(timedelta(days=1))
    day = {"ends_on": "2026-01-05"}

    closed = ok(await operator.post("/ledger/year-ends", day))
    again = ok(await operator.post("/ledger/year-ends", day))

    booked = ok(await operator.get(f"/ledger/entries/{closed['entry']}"))
    assert booked["entry"]["kind"] == "closing"
    assert again["entry"] is None


async def test_a_frozen_account_shows_it(operator: Person, adjustment: Json) -> None:
    account = adjustment["legs"][1]["account"]

    ok(
        await operator.post(
            f"/ledger/accounts/{account}/freeze",
            {"extent": "all", "reason": "A court."},
        )
    )

    shown = ok(await operator.get(f"/ledger/accounts/{account}"))
    assert shown["frozen"] == "all"
