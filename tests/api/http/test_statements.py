"""Statement files over HTTP: whole and sound, or refused with the place."""

import httpx
import pytest

from tests.api.conftest import Person

SOUND = b"""Date,Description,Amount,Balance,Currency
2026-01-02,Sales,100.00,100.00,USD
2026-01-03,Rice supplier,-40.00,60.00,USD
"""
BROKEN = SOUND.replace(b"60.00", b"61.00")


async def upload(
    person: Person, content: bytes, name: str = "may.csv"
) -> httpx.Response:
    return await person.client.post(
        f"/v1/statements?file_name={name}", content=content, headers=person.headers
    )


async def test_a_sound_file_is_kept_and_read_line_by_line(sme: Person) -> None:
    made = await upload(sme, SOUND)
    statement = made.json()
    lines = (await sme.get(f"/statements/{statement['id']}/lines")).json()["items"]

    assert made.status_code == 201, made.text
    assert (statement["currency"], statement["line_count"]) == ("USD", 2)
    assert [line["amount_minor"] for line in lines] == [10_000, -4_000]


async def test_lines_come_in_pages(sme: Person) -> None:
    statement = (await upload(sme, SOUND)).json()["id"]

    first = (await sme.get(f"/statements/{statement}/lines?limit=1")).json()
    rest = (
        await sme.get(
            f"/statements/{statement}/lines?limit=2&after={first['next_after']}"
        )
    ).json()

    assert [line["position"] for line in first["items"] + rest["items"]] == [1, 2]
    assert not rest["has_more"]


async def test_the_same_bytes_are_kept_once(sme: Person) -> None:
    first = await upload(sme, SOUND)
    again = await upload(sme, SOUND, "copy.csv")

    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "statement_empty"),
        (bytes(range(256)) * 8, "statement_binary"),
        (b"%PDF-1.7\n" + b"x" * 100, "statement_other_format"),
        (SOUND.replace(b"USD", b"XXX"), "statement_currency_unknown"),
        (BROKEN, "statement_balance_broken"),
    ],
)
async def test_a_file_that_cannot_be_relied_on_leaves_only_its_refusal(
    sme: Person, content: bytes, code: str
) -> None:
    answer = await upload(sme, content)

    kept = (await sme.get("/statements")).json()["items"]
    refused = (await sme.get("/statement-refusals")).json()["items"]
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert answer.json()["facts"]["file"] == "may.csv"
    assert kept == []
    assert [item["code"] for item in refused] == [code]


async def test_more_than_ten_mebibytes_are_not_read(sme: Person) -> None:
    answer = await upload(sme, b"x" * (10 * 1024 * 1024 + 1))

    assert answer.status_code == 413


async def test_another_s_statement_is_as_good_as_none(
    sme: Person, lender: Person, operator: Person
) -> None:
    statement = (await upload(sme, SOUND)).json()["id"]

    for path in (f"/statements/{statement}", f"/statements/{statement}/lines"):
        hidden = await lender.get(path)
        assert hidden.status_code == 404
        assert hidden.json()["facts"] == {"thing": "statement"}
        assert (await operator.get(path)).status_code == 200
    assert (await lender.get(f"/statements?party={sme.party}")).status_code == 404


async def test_only_a_firm_gives_statements(lender: Person) -> None:
    assert (await upload(lender, SOUND)).status_code == 403


async def test_a_file_with_headings_nobody_knows_is_read_once_they_are_named(
    sme: Person, operator: Person
) -> None:
    content = b"Wann,Wieviel,Geld\n2026-01-02,5.00,USD\n"
    columns = [
        {"heading": "Wann", "holds": "booked_on"},
        {"heading": "Wieviel", "holds": "amount"},
        {"heading": "Geld", "holds": "currency"},
    ]

    unknown = await upload(sme, content)
    refused = await operator.post("/statement-maps", {"columns": columns[1:]})
    made = await operator.post("/statement-maps", {"columns": columns})
    listed = await sme.get("/statement-maps")
    taken = await upload(sme, content)

    assert unknown.json()["code"] == "statement_columns_unknown"
    assert (refused.status_code, refused.json()["code"]) == (
        422,
        "column_map_incomplete",
    )
    assert made.status_code == 201, made.text
    assert (made.json()["party"], made.json()["version"]) == (None, 1)
    assert listed.json()["items"] == [made.json()]
    assert taken.status_code == 201, taken.text
