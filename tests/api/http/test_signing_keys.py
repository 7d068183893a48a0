"""Signing keys over HTTP: registered with proof, put in use, replaced, revoked."""

import pytest

from contracts import bls
from contracts.signing import SuccessionMessage
from ledger.database import Database
from risk import identity
from tests.api.conftest import Person
from tests.api.http.market import ok


def a_key(secret: int) -> dict[str, str]:
    suite = bls.SUITE
    return {
        "public_key": suite.public_key(secret).hex(),
        "proof": suite.prove(secret).hex(),
    }


@pytest.fixture
async def known(lender: Person, db: Database) -> Person:
    """A lender somebody has checked."""
    await db.transact(identity.verify_party, party_id=lender.party, by="the desk")
    return lender


async def test_a_key_is_registered_put_in_use_and_followed_by_another(
    known: Person, operator: Person
) -> None:
    first = ok(await known.post("/signing-keys", a_key(7)))
    used = ok(await operator.post(f"/signing-keys/{first['id']}/activate"))
    message = SuccessionMessage(
        "localhost/tonle",
        known.party,
        bls.SUITE.public_key(7),
        bls.SUITE.public_key(8),
    ).encoded()
    consent = bls.SUITE.sign(7, message).hex()

    second = ok(
        await known.post("/signing-keys/succession", {**a_key(8), "consent": consent})
    )
    listed = ok(await known.get("/signing-keys"))["items"]

    assert (first["state"], used["state"], first["holder"]) == (
        "pending",
        "active",
        "owner",
    )
    assert [(key["id"], key["state"]) for key in listed] == [
        (second["id"], "active"),
        (first["id"], "rotating"),
    ]


async def test_a_key_we_hold_says_so_and_shows_no_secret(known: Person) -> None:
    key = ok(await known.post("/signing-keys/held"))

    assert (key["holder"], key["state"]) == ("platform", "active")
    assert "sealed" not in key


async def test_a_wrong_proof_is_refused_in_khmer_too(known: Person) -> None:
    wrong = {**a_key(7), "proof": a_key(8)["proof"]}

    known.headers["Accept-Language"] = "km"
    answer = await known.post("/signing-keys", wrong)

    assert answer.status_code == 422
    assert answer.json()["code"] == "signing_key_unproven"
    assert "សោ" in answer.json()["detail"]


@pytest.mark.parametrize(
    "public", ["", "zz" * 48, "ab" * 47, "AB" * 48, "c0" + "00" * 47]
)
async def test_what_is_no_key_is_refused(known: Person, public: str) -> None:
    answer = await known.post("/signing-keys", {**a_key(7), "public_key": public})

    assert answer.status_code == 422


async def test_another_partys_key_is_not_to_be_revoked(
    known: Person, sme: Person, operator: Person
) -> None:
    key = ok(await known.post("/signing-keys/held"))
    reason = {"reason": "lost"}

    stranger = await sme.post(f"/signing-keys/{key['id']}/revoke", reason)
    revoked = ok(await operator.post(f"/signing-keys/{key['id']}/revoke", reason))

    assert stranger.status_code == 404
    assert revoked["state"] == "revoked"
    assert ok(await sme.get("/signing-keys"))["items"] == []
