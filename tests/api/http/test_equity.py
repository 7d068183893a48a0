"""Shares over HTTP: made, offered by two people, pledged for, and in the register."""

import json

import pytest

from api.auth import Role
from ledger.audit.verifier.receipts import Proof
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Json, Market, ok, usd
from tests.ledger.audit.builders import seal_all

PRICE = 1_000
TARGET = 400_000


@pytest.fixture
async def share(market: Market, sme: Person) -> Json:
    """A class of a thousand shares, of which the founder holds four hundred."""
    await market.join(sme)
    made = ok(
        await sme.post(
            "/share-classes",
            {"name": "Ordinary", "price": usd(PRICE), "authorised": 1_000},
        )
    )
    founders = {"founders": [{"party": sme.party, "units": 400}]}
    path = f"/share-classes/{made['id']}/founders"
    return ok(await market.reviewer.post(path, founders, key="founders"))


async def offered(market: Market, share: Json) -> Json:
    path = f"/share-classes/{share['id']}"
    terms = {"target": usd(TARGET), "open_days": 30, "note": "Sound"}
    ok(await market.reviewer.post(f"{path}/review", terms))
    return ok(await market.approver.post(f"{path}/approve"))


async def test_pledges_become_shares_in_the_register(
    market: Market, share: Json, sme: Person, lender: Person, new_person: NewPerson
) -> None:
    offer = await offered(market, share)
    await market.join(lender, TARGET)
    ok(await lender.post(f"/offers/{offer['id']}/pledges", {"amount": usd(TARGET)}))

    await market.pass_days(31)
    await market.work()
    held = ok(await lender.get("/holdings"))["items"]
    register = ok(await sme.get(f"/share-classes/{share['id']}/holdings"))["items"]
    shown = ok(await lender.get(f"/share-classes/{share['id']}"))

    assert shown["status"] == "issued"
    await seal_all(market.services.db)
    proof = f"/holdings/{share['id']}/proof"
    told = [Proof.read(one) for one in ok(await lender.get(proof))["proofs"]]
    types = [json.loads(one.entry)["type"] for one in told]
    assert sorted(types) == ["entry.posted", "shares.issued"]
    assert (await (await new_person(Role.LENDER)).get(proof)).status_code == 404
    assert [(item["share_id"], item["units"]) for item in held] == [(share["id"], 400)]
    assert sorted(item["units"] for item in register) == [400, 400]


async def test_founders_told_twice_with_one_key_hold_their_shares_once(
    market: Market, share: Json, sme: Person
) -> None:
    founders = {"founders": [{"party": sme.party, "units": 400}]}
    path = f"/share-classes/{share['id']}/founders"

    again = await market.reviewer.post(path, founders, key="founders")
    register = ok(await sme.get(f"/share-classes/{share['id']}/holdings"))["items"]

    assert again.headers["idempotent-replayed"] == "true"
    assert [item["units"] for item in register] == [400]


async def test_a_stranger_does_not_see_the_register(
    share: Json, lender: Person, regulator: Person
) -> None:
    path = f"/share-classes/{share['id']}/holdings"

    assert (await lender.get(path)).status_code == 404
    assert (await regulator.get(path)).status_code == 200


async def test_more_than_is_authorised_is_not_offered(
    market: Market, share: Json
) -> None:
    terms = {"target": usd(900_000), "open_days": 30, "note": "Too much"}

    answer = await market.reviewer.post(f"/share-classes/{share['id']}/review", terms)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_enough_shares")


async def test_a_pledge_buys_whole_shares(
    market: Market, share: Json, lender: Person
) -> None:
    offer = await offered(market, share)
    await market.join(lender, TARGET)

    answer = await lender.post(
        f"/offers/{offer['id']}/pledges", {"amount": usd(PRICE + 1)}
    )

    assert (answer.status_code, answer.json()["code"]) == (
        422,
        "pledge_not_whole_units",
    )
