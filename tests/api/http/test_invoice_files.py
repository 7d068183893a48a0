"""Lists of invoices over HTTP: one's own, kept once, and counted in a request."""

import httpx

from tests.api.conftest import Person

LIST = b"""Invoice no,Customer,Invoice date,Due date,Paid date,Amount,Currency
A1,Sok Heng,2025-11-02,2025-12-02,2025-12-12,100.00,USD
A2,Dara,2025-11-03,2025-12-03,,40.00,USD
"""


async def upload(person: Person, content: bytes = LIST) -> httpx.Response:
    return await person.client.post(
        "/v1/invoice-files?file_name=ar.csv", content=content, headers=person.headers
    )


async def test_a_list_is_kept_once_and_told_invoice_by_invoice(sme: Person) -> None:
    made = await upload(sme)
    again = await upload(sme)
    kept = made.json()
    page = (await sme.get(f"/invoice-files/{kept['id']}/invoices?limit=1")).json()
    rest = (await sme.get(f"/invoice-files/{kept['id']}/invoices?after=1")).json()
    listed = (await sme.get("/invoice-files")).json()["items"]

    assert made.status_code == 201, made.text
    assert again.json() == kept
    assert listed == [kept]
    assert (kept["line_count"], kept["open_count"], kept["currencies"]) == (
        2,
        1,
        ["USD"],
    )
    [first], [second] = page["items"], rest["items"]
    assert (first["position"], first["paid_on"]) == (1, "2025-12-12")
    assert (second["position"], second["source_line"], second["paid_on"]) == (
        2,
        3,
        None,
    )


async def test_a_list_that_is_not_clear_is_refused_and_told_in_khmer(
    sme: Person,
) -> None:
    sme.headers["Accept-Language"] = "km"
    refused = await upload(sme, LIST.replace(b"40.00", b"4O"))
    kept = (await sme.get("/statement-refusals")).json()["items"]

    assert (refused.status_code, refused.json()["code"]) == (
        422,
        "invoice_amount_unreadable",
    )
    assert "ar.csv ជួរ 3៖" in refused.json()["detail"]
    assert (kept[0]["code"], kept[0]["source_line"]) == ("invoice_amount_unreadable", 3)


async def test_nobody_else_sees_a_list(sme: Person, lender: Person) -> None:
    kept = (await upload(sme)).json()["id"]

    for path in (f"/invoice-files/{kept}", f"/invoice-files/{kept}/invoices"):
        assert (await lender.get(path)).status_code == 404
    assert (await upload(lender)).status_code == 403
