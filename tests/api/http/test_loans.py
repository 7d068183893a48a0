"""A loan's whole life over HTTP, and what others see of it."""

import hashlib

import pytest

from api.auth import Role
from ledger import invariants
from ledger.money import Currency, Money
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Json, Market, ok, usd

TARGET = 500_000


@pytest.fixture
async def offer(market: Market, sme: Person) -> Json:
    await market.join(sme)
    return await market.offer(await market.apply(sme, TARGET))


@pytest.fixture
async def lenders(market: Market, new_person: NewPerson) -> list[Person]:
    found = [await new_person(Role.LENDER) for _ in range(2)]
    for lender in found:
        await market.join(lender, TARGET)
    return found


@pytest.fixture
async def loan(market: Market, sme: Person, offer: Json, lenders: list[Person]) -> Json:
    """A loan that both lenders fund and whose borrower has the money."""
    for lender, minor in zip(lenders, (200_000, 300_000), strict=True):
        path = f"/offers/{offer['id']}/pledges"
        ok(await lender.post(path, {"amount": usd(minor)}))
    await market.pass_days(5)
    await market.work()
    (loan,) = ok(await sme.get("/loans"))["items"]
    document = await sme.get(f"/loans/{loan['id']}/agreement")
    digest = hashlib.sha256(document.content).hexdigest()
    accepted = await sme.post(
        f"/loans/{loan['id']}/accept", {"document_sha256": digest}
    )
    await market.work()
    return ok(accepted)


@pytest.mark.slow
async def test_a_loan_lives_from_statement_to_payoff(
    market: Market, sme: Person, lenders: list[Person], loan: Json
) -> None:
    path = f"/loans/{loan['id']}"
    schedule = ok(await sme.get(f"{path}/schedule"))
    await market.pass_days(31)
    market.rail.receive(loan["id"], money_of(schedule["rows"][0]["payment"]))
    await market.work()
    state = ok(await sme.get(f"{path}/state"))
    receipts = ok(await sme.get(f"{path}/receipts"))["items"]
    (part,) = ok(await lenders[0].get("/portfolio"))["items"]

    assert loan["status"] == "active"
    assert len(schedule["rows"]) == 12
    assert state["instalments"][0]["unpaid"]["minor"] == 0
    assert [receipt["status"] for receipt in receipts] == ["distributed"]
    assert part["positions"][0]["received_interest"]["minor"] > 0
    assert await market.services.db.read(invariants.find_breaches) == []


@pytest.mark.slow
async def test_the_borrower_closes_the_loan_early(
    market: Market, sme: Person, loan: Json
) -> None:
    path = f"/loans/{loan['id']}"
    await market.pass_days(10)
    quote = ok(await sme.get(f"{path}/payoff"))
    (wallet,) = [
        purse["wallet"]["id"] for purse in ok(await sme.get("/wallets"))["items"]
    ]
    market.rail.receive(wallet, money_of(quote["total"]))
    await market.work()

    paid = await sme.post(f"{path}/repayments", {"amount": quote["total"]})
    await market.work()

    assert paid.status_code == 201, paid.text
    assert ok(await sme.get(path))["status"] == "paid_off"


async def test_who_takes_no_part_finds_no_loan(
    market: Market, loan: Json, lenders: list[Person], new_person: NewPerson
) -> None:
    stranger = await new_person(Role.LENDER)
    looks = [
        "",
        "/schedule",
        "/state",
        "/events",
        "/notes",
        "/receipts",
        "/agreement",
        "/acceptances",
        "/payoff",
    ]

    for look in looks:
        path = f"/loans/{loan['id']}{look}"
        hidden = await stranger.get(path)
        missing = await stranger.get(f"/loans/loan_{'0' * 26}{look}")
        assert hidden.status_code == missing.status_code == 404, look
        assert hidden.json()["detail"] == missing.json()["detail"]
        assert (await lenders[0].get(path)).status_code == 200, look
        assert (await market.reviewer.get(path)).status_code == 200, look


async def test_a_lender_sees_their_own_note_only(
    loan: Json, sme: Person, lenders: list[Person]
) -> None:
    path = f"/loans/{loan['id']}/notes"

    own = ok(await lenders[0].get(path))["items"]
    all_of_it = ok(await sme.get(path))["items"]

    assert [note["lender"] for note in own] == [lenders[0].party]
    assert len(all_of_it) == 2


async def test_only_the_borrower_accepts_and_only_what_was_read(
    market: Market,
    sme: Person,
    offer: Json,
    lenders: list[Person],
    new_person: NewPerson,
) -> None:
    for lender in lenders:
        path = f"/offers/{offer['id']}/pledges"
        ok(await lender.post(path, {"amount": usd(TARGET // 2)}))
    await market.pass_days(5)
    await market.work()
    (loan,) = ok(await sme.get("/loans"))["items"]
    other = await new_person(Role.SME)
    path, body = f"/loans/{loan['id']}/accept", {"document_sha256": "0" * 64}

    strange = await other.post(path, body)
    changed = await sme.post(path, body)

    assert strange.status_code == 404
    assert (changed.status_code, changed.json()["code"]) == (409, "document_changed")


async def test_one_operator_cannot_review_and_approve(
    market: Market, sme: Person
) -> None:
    await market.join(sme)
    application = await market.apply(sme, TARGET)
    path = f"/applications/{application['id']}"
    ok(await market.reviewer.post(f"{path}/review", {"note": "Sound"}))

    alone = await market.reviewer.post(f"{path}/approve", {"open_days": 30})
    both = await market.approver.post(f"{path}/approve", {"open_days": 30})

    assert alone.status_code == 403
    assert both.status_code == 201


async def test_a_pledge_is_refused_in_another_currency_and_beyond_what_is_left(
    offer: Json, lenders: list[Person]
) -> None:
    path = f"/offers/{offer['id']}/pledges"

    riel = await lenders[0].post(path, {"amount": {"minor": 100, "currency": "KHR"}})
    ok(await lenders[0].post(path, {"amount": usd(TARGET)}))
    beyond = await lenders[1].post(path, {"amount": usd(10_000)})

    assert (riel.status_code, riel.json()["code"]) == (422, "currency_mismatch")
    assert (beyond.status_code, beyond.json()["code"]) == (409, "offer_full")


async def test_a_pledge_is_taken_back_while_there_is_time_to_think(
    market: Market, offer: Json, lenders: list[Person]
) -> None:
    path = f"/offers/{offer['id']}/pledges"
    first = ok(await lenders[0].post(path, {"amount": usd(100_000)}))
    second = ok(await lenders[1].post(path, {"amount": usd(100_000)}))

    back = ok(await lenders[0].post(f"/pledges/{first['id']}/withdraw"))
    other = await lenders[0].post(f"/pledges/{second['id']}/withdraw")
    await market.pass_days(5)
    late = await lenders[1].post(f"/pledges/{second['id']}/withdraw")

    assert back["status"] == "withdrawn"
    assert other.status_code == 404
    assert (late.status_code, late.json()["code"]) == (409, "reflection_over")


async def test_after_the_deadline_an_offer_takes_nothing_and_lets_all_go(
    market: Market, offer: Json, lenders: list[Person]
) -> None:
    path = f"/offers/{offer['id']}/pledges"
    pledge = ok(await lenders[0].post(path, {"amount": usd(100_000)}))

    await market.pass_days(31)
    late = await lenders[1].post(path, {"amount": usd(100_000)})
    seen = ok(await lenders[0].get(f"/pledges/{pledge['id']}"))
    (purse,) = ok(await lenders[0].get("/wallets"))["items"]

    assert (late.status_code, late.json()["code"]) == (409, "offer_not_open")
    assert seen["status"] == "released"
    assert purse["available"] == purse["posted"]


async def test_a_listing_tells_lenders_the_price_and_nothing_of_the_accounts(
    offer: Json, lenders: list[Person]
) -> None:
    listing = ok(await lenders[0].get(f"/offers/{offer['id']}/listing"))

    assert listing["quote"]["apr_bps"] > 0
    assert len(listing["reasons"]) >= 2
    assert "features" not in listing
    hidden = await lenders[0].get(f"/applications/{listing['application']}")
    assert hidden.status_code == 404


def money_of(amount: Json) -> Money:
    return Money(amount["minor"], Currency(amount["currency"]))
