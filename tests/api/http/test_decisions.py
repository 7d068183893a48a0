"""Decisions over HTTP: replayed, asked otherwise, set aside, and nobody else's to see."""

import pytest

from api.auth import Role
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Json, Market, ok, usd


@pytest.fixture
async def application(market: Market, sme: Person) -> Json:
    await market.join(sme)
    return await market.apply(sme, 500_000)


async def test_a_decision_is_replayed_for_staff_and_asked_otherwise_by_its_firm(
    market: Market, sme: Person, application: Json, new_person: NewPerson
) -> None:
    path = f"/applications/{application['id']}"
    wish = {
        "amount": usd(500_000),
        "term_months": 12,
        "security": {"kind": "receivables", "cover_bps": 5_000},
    }

    replay = ok(await market.reviewer.get(f"{path}/replay"))
    found = ok(await sme.post(f"{path}/what-if", wish))
    kept = ok(await sme.get(path))

    assert replay["matches"] is True
    assert replay["differences"] == []
    assert replay["kept_sha256"] == replay["again_sha256"]
    assert found["decision"]["security"] == wish["security"]
    assert found["decision"]["price"]["lgd_bps"] == 4_000
    assert kept == application
    for role in (Role.SME, Role.LENDER):
        other = await new_person(role)
        assert (await other.post(f"{path}/what-if", wish)).status_code == 404
        assert (await other.get(f"{path}/replay")).status_code == 403


async def test_a_request_sent_again_with_its_key_is_one_request(
    market: Market, sme: Person, application: Json
) -> None:
    body = {
        "amount": usd(500_000),
        "term_months": 12,
        "purpose": "Rice",
        "statements": application["statements"],
    }

    first = await sme.post("/applications", body, key="same")
    again = await sme.post("/applications", body, key="same")
    other = await sme.post("/applications", body | {"purpose": "Salt"}, key="same")

    assert ok(first)["id"] == ok(again)["id"] != application["id"]
    assert (first.status_code, other.status_code) == (201, 422)
    found = ok(await sme.get("/applications"))["items"]
    assert len(found) == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"security": {"kind": "promise", "cover_bps": 5_000}},
        {"security": {"kind": "guarantee", "cover_bps": 10_001}},
        {"security": {"kind": "guarantee", "cover_bps": 0}},
        {"security": {"kind": "guarantee"}},
        {"security": "guarantee"},
        {"term_months": 0},
        {"term_months": 37},
        {"amount": usd(100)},
        {"amount": {"minor": 500_050, "currency": "KHR"}},
        {"more": 1},
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(
    sme: Person, application: Json, changed: Json
) -> None:
    wish = {"amount": usd(500_000), "term_months": 12} | changed

    answer = await sme.post(f"/applications/{application['id']}/what-if", wish)

    assert answer.status_code == 422


async def test_what_was_not_refused_is_not_set_aside(
    market: Market, application: Json
) -> None:
    path = f"/applications/{application['id']}/override"

    proposed = await market.reviewer.post(path, {"reason": "known"})
    approved = await market.approver.post(f"{path}/approve")
    unknown = "/applications/app_" + "0" * 26 + "/override"

    assert proposed.json()["code"] == "application_not_waiting"
    assert approved.json()["code"] == "application_not_waiting"
    assert (await market.reviewer.post(unknown, {"reason": "known"})).status_code == 404


async def test_the_books_risk_is_told_to_staff(market: Market, sme: Person) -> None:
    assert ok(await market.reviewer.get("/risk/book")) == {"books": []}
    assert ok(await market.reviewer.get("/risk/warnings"))["items"] == []
    assert (await sme.get("/risk/book")).status_code == 403
