"""Exchange over HTTP: a rate is recorded, quoted and used; the wrong words are refused."""

from typing import Any

import pytest

from api.services import Services
from finance import rails
from finance.wallets import Platform, chart
from ledger import accounts
from ledger.clock import StoppedClock
from ledger.database import Database
from ledger.money import Currency
from tests.api.conftest import Person
from tests.api.http.market import Market, ok
from tests.ledger.builders import move

RATE: dict[str, Any] = {
    "base": "USD",
    "quote": "KHR",
    "price": "4100",
    "margin_bps": 50,
    "source": "National Bank of Cambodia",
    "quoted_at": "2026-01-05T01:00:00Z",
}


@pytest.fixture
async def owner(
    lender: Person,
    operator: Person,
    services: Services,
    rail: rails.FakeRail,
    clock: StoppedClock,
) -> Person:
    """Somebody with 500 dollars and a wallet of riel."""
    await Market(services, rail, clock, operator, operator).join(lender, 50_000)
    ok(await lender.post("/wallets", {"currency": "KHR", "destination": "ABA 2"}))
    return lender


async def test_an_owner_sees_what_comes_out_and_gets_it(
    owner: Person, operator: Person, db: Database
) -> None:
    rate = ok(await operator.post("/exchange-rates", RATE))
    bank = await db.transact(chart.platform, Platform.BANK, Currency.KHR)
    funds = await db.read(accounts.find, "client_money", "exchange/funds", "KHR")
    assert funds is not None
    await move(db, bank, funds, 100_000_000)
    wish = {"sold": {"minor": 10_000, "currency": "USD"}, "rate": rate["id"]}

    shown = ok(await owner.post("/exchange-quotes", wish))
    done = ok(await owner.post("/exchanges", wish, key="once"))
    again = await owner.post("/exchanges", wish, key="once")
    (listed,) = ok(await owner.get("/exchange-rates"))["items"]

    assert shown["bought"] == {"minor": 40_795_000, "currency": "KHR"}
    assert shown["margin"] == {"minor": 205_000, "currency": "KHR"}
    assert done["bought"] == shown["bought"]
    assert again.json() == done
    assert listed == rate
    (movement,) = ok(await owner.get("/wallets/KHR/movements"))["items"]
    assert (movement["kind"], movement["entry"]) == ("exchange", done["entry"])


@pytest.mark.parametrize(
    "change",
    [
        {"price": "0"},
        {"price": "4.1e3"},
        {"price": "-4100"},
        {"price": 4100},
        {"margin_bps": 1_001},
        {"quoted_at": "2026-01-05T03:00:00Z"},
        {"quoted_at": "2026-01-05T01:00:00"},
        {"quoted_at": "0001-01-01T00:00:00+14:00"},
        {"quote": "USD"},
        {"source": ""},
    ],
)
async def test_a_rate_that_cannot_be_is_refused(
    operator: Person, change: dict[str, Any]
) -> None:
    answer = await operator.post("/exchange-rates", RATE | change)

    assert answer.status_code == 422


async def test_without_cover_nothing_is_exchanged(
    owner: Person, operator: Person
) -> None:
    rate = ok(await operator.post("/exchange-rates", RATE))
    wish = {"sold": {"minor": 10_000, "currency": "USD"}, "rate": rate["id"]}

    answer = await owner.post("/exchanges", wish)

    assert (answer.status_code, answer.json()["code"]) == (409, "exchange_not_covered")
