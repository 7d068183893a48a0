"""Sureties over HTTP: named by an operator, seen by the borrower, signed by themselves."""

import hashlib

from api.auth import Role
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Market, ok, usd

TARGET = 500_000


async def test_a_named_guarantor_and_the_borrower_sign_before_money_moves(
    market: Market, sme: Person, new_person: NewPerson
) -> None:
    guarantor, lender = [await new_person(Role.LENDER) for _ in range(2)]
    await market.join(sme)
    await market.join(lender, TARGET)
    await market.join(guarantor)
    application = await market.apply(sme, TARGET)
    place = f"/applications/{application['id']}/sureties"
    named = await market.reviewer.post(
        place, {"party": guarantor.party, "role": "guarantor"}
    )
    assert named.status_code == 201, named.text
    offer = await market.offer(application)
    ok(await lender.post(f"/offers/{offer['id']}/pledges", {"amount": usd(TARGET)}))
    await market.pass_days(5)
    await market.work()
    (stood_for,) = ok(await guarantor.get("/sureties"))["items"]
    loan = f"/loans/{stood_for['loan']}"
    document = await guarantor.get(f"{loan}/agreement")
    digest = {"document_sha256": hashlib.sha256(document.content).hexdigest()}

    first = ok(await guarantor.post(f"{loan}/accept", digest))
    twice = await guarantor.post(f"{loan}/accept", digest)
    of_another = await lender.post(f"{loan}/accept", digest)
    last = ok(await sme.post(f"{loan}/accept", digest))

    assert ok(await sme.get(place))["items"][0]["role"] == "guarantor"
    assert (await lender.get(place)).status_code == 404
    assert first["status"] == "awaiting_signature"
    assert twice.json()["code"] == "agreement_signed"
    assert of_another.status_code == 404
    assert last["status"] == "active"
    totals = ok(await market.reviewer.get("/signature-totals"))["items"]
    agreed = [one for one in totals if one["purpose"] == "agreement"]
    assert [(one["signers"], one["keys"]) for one in agreed] == [(3, 3)]
