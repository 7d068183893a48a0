"""Documents over HTTP: what is shown is what is signed, and only for those it concerns."""

import hashlib
import json
import re
import zlib
from dataclasses import replace

import httpx
import pytest

from api.auth import Role
from api.services import Services
from contracts import documents
from contracts.documents import Consent, Press
from ledger.canonical import canonical
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import Json, Market, ok, usd
from tests.ledger.audit.builders import SIGNER, seal_all

TARGET = 100_000
SEAL = b"\n% sealed"
PRESS = Press()


@pytest.fixture
def services(services: Services) -> Services:
    return replace(
        services, signer=SIGNER, press=PRESS, seal=lambda content: content + SEAL
    )


def source_of(answer: httpx.Response) -> Json:
    """Return the source attached to a print, whose hash stands in its keywords."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    for found in re.finditer(
        rb"stream\r?\n(.*?)\r?\nendstream", answer.content, re.DOTALL
    ):
        try:
            # A stream may end in what looks like the end of its line: no matter here.
            content = zlib.decompressobj().decompress(found[1])
        except zlib.error:
            content = found[1]
        if content.startswith(b'{"') and b'"document":' in content:
            sha256 = hashlib.sha256(content).hexdigest()
            assert sha256.encode() in answer.content
            read: Json = json.loads(content)
            return read
    raise AssertionError("no source in the print")


async def unsigned(market: Market, sme: Person, lender: Person) -> tuple[Json, Json]:
    """Fund an offer; return it with its loan, which waits for its borrower's word."""
    await market.join(sme)
    await market.join(lender, TARGET)
    offer = await market.offer(await market.apply(sme, TARGET))
    ok(await lender.post(f"/offers/{offer['id']}/pledges", {"amount": usd(TARGET)}))
    await market.pass_days(5)
    (loan,) = ok(await sme.get("/loans"))["items"]
    return offer, loan


@pytest.mark.slow
async def test_the_print_that_is_read_is_what_is_signed_and_certified(
    market: Market, sme: Person, new_person: NewPerson
) -> None:
    lender, stranger = await new_person(Role.LENDER), await new_person(Role.LENDER)
    offer, loan = await unsigned(market, sme, lender)
    path = f"/loans/{loan['id']}"
    papers = f"{path}/documents"

    sheet = await stranger.get(
        f"/offers/{offer['id']}/documents/key-information.pdf?language=km"
    )
    khmer = await sme.get(f"{papers}/agreement.pdf?language=km")
    english = await lender.get(f"{papers}/agreement.pdf")
    early = await sme.get(f"{papers}/completion.pdf")
    other = await stranger.get(f"{papers}/agreement.pdf")
    read = khmer.headers["document-sha256"]
    accepted = await sme.post(f"{path}/accept", {"document_sha256": read})
    await market.work()
    unsealed = await sme.get(f"{papers}/completion.pdf")
    await seal_all(market.services.db)
    certified = source_of(await sme.get(f"{papers}/completion.pdf?language=en"))
    schedule = source_of(await lender.get(f"{papers}/schedule.pdf"))
    signed = ok(await market.approver.get(f"/signatures?concerns={loan['id']}"))

    assert hashlib.sha256(khmer.content).hexdigest() == read
    assert (await lender.get(f"{papers}/agreement.pdf")).content.endswith(SEAL)
    assert english.headers["content-language"] == "en"
    assert source_of(khmer) == source_of(english)
    assert source_of(sheet)["risk"]["servicing_bps"] > 0
    assert early.json()["code"] == "agreement_unsigned"
    assert other.status_code == 404
    assert ok(accepted)["status"] == "active"
    assert unsealed.status_code in {404, 409, 503}
    for one in signed["items"]:
        message = bytes.fromhex(one["message"])
        assert read.encode() in message
        assert english.headers["document-sha256"].encode() in message
        assert hashlib.sha256(canonical(source_of(khmer))).hexdigest() in str(message)
    assert [one["role"] for one in certified["signers"]] == ["borrower", "operator"]
    assert {one["level"] for one in certified["signers"]} == {"bls"}
    assert certified["forms"]["km.pdf"] == read
    assert certified["agreement"]["signers"] == certified["agreement"]["keys"] == 2
    assert certified["pledges"]["signers"] == len(certified["lenders"]) == 1
    assert certified["consent"] == documents.consent(Consent.AGREEMENT)
    assert certified["pledge_consent"] == documents.consent(Consent.PLEDGE)
    assert all(
        one["entry"]["proof"].startswith("c2sp.org/tlog-proof@v1")
        for one in certified["signers"]
    )
    assert schedule["terms"]["principal"] == {"minor": TARGET, "currency": "USD"}


@pytest.mark.slow
async def test_a_subscription_is_printed_for_its_subscriber_alone(
    market: Market, sme: Person, new_person: NewPerson
) -> None:
    investor, stranger = await new_person(Role.LENDER), await new_person(Role.LENDER)
    await market.join(sme)
    await market.join(investor, TARGET)
    share = ok(
        await sme.post(
            "/share-classes", {"name": "A", "price": usd(2_500), "authorised": 1_000}
        )
    )
    path = f"/share-classes/{share['id']}"
    ask = {"target": usd(TARGET), "open_days": 30, "note": "Sound"}
    ok(await market.reviewer.post(f"{path}/review", ask))
    offer = ok(await market.approver.post(f"{path}/approve"))
    pledge = ok(
        await investor.post(f"/offers/{offer['id']}/pledges", {"amount": usd(25_000)})
    )
    paper = f"/pledges/{pledge['id']}/documents/subscription.pdf"

    subscribed = source_of(await investor.get(paper))
    sheet = source_of(
        await sme.get(f"/offers/{offer['id']}/documents/key-information.pdf")
    )

    assert subscribed["units"] == 10
    assert subscribed["amount"] == {"minor": "25000", "currency": "USD"}
    assert sheet["terms_sha256"] == subscribed["terms_sha256"]
    assert (await stranger.get(paper)).status_code == 404
