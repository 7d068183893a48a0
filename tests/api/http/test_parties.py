"""Parties over HTTP: staff take in and check, each sees itself."""

import pytest

from finance import wallets
from ledger.database import Database
from ledger.money import Currency
from tests.api.conftest import Person

FIRM = {
    "kind": "firm",
    "name": "Phnom Penh Rice",
    "country": "KH",
    "tax_resident": True,
}


async def test_a_firm_is_taken_in_checked_and_given_a_key(operator: Person) -> None:
    made = await operator.post("/parties", FIRM)
    party = made.json()["id"]
    checked = await operator.post(f"/parties/{party}/verify")
    key = await operator.post(f"/parties/{party}/keys", {"role": "sme"})
    bearer = {"Authorization": f"Bearer {key.json()['secret']}"}
    me = await operator.client.get("/v1/me", headers=bearer)

    assert (made.status_code, checked.status_code, key.status_code) == (201, 200, 201)
    assert checked.json()["kyc"] == "verified"
    assert checked.json()["checked_by"] == operator.party
    assert me.json() == {"party": party, "role": "sme", "key": key.json()["id"]}


async def test_a_key_taken_back_opens_nothing(operator: Person, sme: Person) -> None:
    (key,) = (await operator.get(f"/parties/{sme.party}/keys")).json()["items"]

    gone = await operator.client.delete(
        f"/v1/keys/{key['id']}", headers=operator.headers
    )

    assert gone.status_code == 200
    assert (await sme.get("/me")).status_code == 401


async def test_an_operator_is_never_handed_a_key_to_another_s_money(
    operator: Person, lender: Person, db: Database
) -> None:
    made = await operator.post("/parties", FIRM)
    keyless = made.json()["id"]
    await operator.post(f"/parties/{keyless}/verify")
    await db.transact(wallets.open_wallet, party_id=keyless, currency=Currency.USD)

    answers = [
        await operator.post(f"/parties/{party}/keys", {"role": "lender"})
        for party in (lender.party, keyless, operator.party)
    ]
    (key,) = (await operator.get(f"/parties/{lender.party}/keys")).json()["items"]
    await operator.client.delete(f"/v1/keys/{key['id']}", headers=operator.headers)
    after_revoking = await operator.post(
        f"/parties/{lender.party}/keys", {"role": "lender"}
    )

    for answer in (*answers, after_revoking):
        assert (answer.status_code, answer.json()["code"]) == (409, "key_refused")


async def test_an_operator_cannot_lock_staff_out(
    operator: Person, regulator: Person
) -> None:
    (key,) = (await operator.get(f"/parties/{regulator.party}/keys")).json()["items"]

    answer = await operator.client.delete(
        f"/v1/keys/{key['id']}", headers=operator.headers
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "key_of_staff")
    assert (await regulator.get("/me")).status_code == 200


@pytest.mark.parametrize("role", ["operator", "regulator", "admin"])
async def test_an_operator_cannot_make_staff(
    operator: Person, sme: Person, role: str
) -> None:
    answer = await operator.post(f"/parties/{sme.party}/keys", {"role": role})

    assert answer.status_code == 422
    assert answer.json()["code"] == "choice_unknown"


async def test_an_operator_does_not_check_itself(operator: Person) -> None:
    answer = await operator.post(f"/parties/{operator.party}/verify")

    assert answer.status_code == 403
    assert answer.json()["code"] == "party_own_check"


async def test_a_party_sees_itself_and_no_other(sme: Person, lender: Person) -> None:
    own = await sme.get(f"/parties/{sme.party}")
    other = await sme.get(f"/parties/{lender.party}")
    unknown = await sme.get(f"/parties/party_{'0' * 26}")

    assert own.status_code == 200
    assert (other.status_code, unknown.status_code) == (404, 404)
    assert other.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


async def test_a_list_goes_on_where_the_page_before_ended(operator: Person) -> None:
    for _ in range(4):
        await operator.post("/parties", FIRM)

    first = (await operator.get("/parties?limit=3")).json()
    rest = (await operator.get(f"/parties?limit=3&after={first['next_after']}")).json()

    assert first["has_more"]
    assert not rest["has_more"]
    assert rest["next_after"] is None
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(set(ids)) == len(ids) == 5
    assert ids == sorted(ids, reverse=True)


async def test_fields_that_are_not_the_caller_s_to_set_are_refused(
    operator: Person,
) -> None:
    for extra in ({"kyc": "verified"}, {"id": "party_x"}, {"role": "operator"}):
        answer = await operator.post("/parties", FIRM | extra)

        assert answer.status_code == 422
        assert answer.json()["code"] == "field_unknown"


async def test_a_firm_is_described_by_operators_and_seen_by_itself(
    operator: Person, sme: Person
) -> None:
    place = f"/parties/{sme.party}/firm"
    firm = {"sector": "food", "province": "KH-2"}

    assert (await sme.get(place)).status_code == 404
    made = await operator.put(place, firm)
    assert made.json() == firm | {"party": sme.party, "head": None}
    assert (await sme.get(place)).json() == made.json()

    for wrong in (
        {"sector": "gold", "province": "KH-2"},
        {"sector": "food", "province": "KH-99"},
        {"sector": "food", "province": "KH-2\u0000"},
        {"sector": "food", "province": 2},
        {"sector": "food", "province": "KH-2", "head": "somebody"},
        {"sector": "food", "province": "KH-2", "more": 1},
    ):
        answer = await operator.put(place, wrong)
        assert answer.status_code in {400, 422}, wrong
    other = "/parties/party_" + "0" * 26 + "/firm"
    assert (await sme.get(other)).status_code == 404
