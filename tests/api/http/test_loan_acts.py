"""Acts on a loan over HTTP: tried, proposed, agreed to; and tax papers of its lenders."""

from typing import Any

from ledger import invariants
from ledger.clock import business_date
from tests.api.conftest import Person
from tests.api.http.market import Json, Market, ok, usd
from tests.api.http.test_loans import lenders, loan, money_of, offer

__all__ = ["lenders", "loan", "offer"]


def today(market: Market) -> str:
    return business_date(market.clock.now()).isoformat()


async def agree(market: Market, loan: Json, act: Json) -> Json:
    """Have one operator propose an act, and another agree."""
    asked = await market.reviewer.post(
        f"/loans/{loan['id']}/acts", {"act": act, "note": "asked by the firm"}
    )
    path = f"/loan-acts/{ok(asked)['id']}/approve"
    return ok(await market.approver.post(path))


async def test_a_restructuring_is_shown_to_operators_before_two_agree_to_it(
    market: Market, sme: Person, loan: Json
) -> None:
    await market.pass_days(20)
    act = {
        "kind": "restructured",
        "on": today(market),
        "rate_bps": 400,
        "instalments": 24,
        "first_due_on": "2026-03-31",
        "capitalises": True,
    }

    shown = ok(
        await market.reviewer.post(f"/loans/{loan['id']}/acts/preview", {"act": act})
    )
    agreed = ok(await sme.get(f"/loans/{loan['id']}/agreed-schedule"))
    before = ok(await sme.get(f"/loans/{loan['id']}/schedule"))
    await agree(market, loan, act)

    state = ok(await sme.get(f"/loans/{loan['id']}/state"))
    plan = ok(await sme.get(f"/loans/{loan['id']}/schedule"))
    assert before == agreed | {"since": None, "act": None}
    assert (plan["since"], plan["act"]) == (act["on"], "restructured")
    assert plan["rows"][-1]["due_on"] == shown["after"]["last_due_on"]
    assert ok(await sme.get(f"/loans/{loan['id']}/agreed-schedule")) == agreed
    assert shown["after"]["last_due_on"] > shown["before"]["last_due_on"]
    assert len(shown["notes"]) == 2
    assert state["is_forborne"] is True
    assert state["outstanding"]["total"] == shown["after"]["owed_now"]
    assert await market.services.db.read(invariants.find_breaches) == []


async def test_a_receipt_the_bank_took_back_is_owed_again(
    market: Market, sme: Person, loan: Json
) -> None:
    path = f"/loans/{loan['id']}"
    row = ok(await sme.get(f"{path}/schedule"))["rows"][0]
    await market.pass_days(31)
    market.rail.receive(loan["id"], money_of(row["payment"]))
    await market.work()
    (receipt,) = ok(await sme.get(f"{path}/receipts"))["items"]

    await agree(
        market,
        loan,
        {
            "kind": "charged_back",
            "on": today(market),
            "receipt_id": receipt["id"],
            "amount": receipt["amount"],
        },
    )

    state = ok(await sme.get(f"{path}/state"))
    kinds = [one["kind"] for one in ok(await sme.get(f"{path}/events"))["items"]]
    assert state["outstanding"]["principal"] == loan["principal"]
    assert kinds == ["disbursed", "receipt_received", "charged_back"]
    assert await market.services.db.read(invariants.find_breaches) == []


async def test_one_operator_is_not_two_and_a_decline_ends_the_matter(
    market: Market, loan: Json
) -> None:
    act = {"kind": "rate_changed", "on": today(market), "rate_bps": 900}
    body = {"act": act, "note": "asked"}
    asked = ok(await market.reviewer.post(f"/loans/{loan['id']}/acts", body))

    alone = await market.reviewer.post(f"/loan-acts/{asked['id']}/approve")
    again = await market.reviewer.post(f"/loans/{loan['id']}/acts", body)
    declined = ok(await market.approver.post(f"/loan-acts/{asked['id']}/decline"))
    late = await market.approver.post(f"/loan-acts/{asked['id']}/approve")

    assert alone.json()["code"] == "same_person"
    assert again.json()["code"] == "proposal_waiting"
    assert declined["status"] == "declined"
    assert late.json()["code"] == "approval_decided"


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"kind": "rate_changed", "on": "2025-01-01", "rate_bps": 5}, "loan_event_invalid"),
    ({"kind": "rate_changed", "on": "2027-01-01", "rate_bps": 5}, "loan_event_invalid"),
    ({"kind": "rate_changed", "on": "TODAY", "rate_bps": 9_000}, "rate_above_cap"),
    ({"kind": "rate_changed", "on": "TODAY", "rate_bps": -1}, "number_out_of_range"),
    ({"kind": "reamortised", "on": "TODAY", "instalments": 0}, "number_out_of_range"),
    ({"kind": "melted", "on": "TODAY"}, "choice_unknown"),
    (
        {
            "kind": "waived",
            "on": "TODAY",
            "component": "interest",
            "amount": {"minor": 400_000, "currency": "KHR"},
        },
        "loan_event_invalid",
    ),
    (
        {
            "kind": "waived",
            "on": "TODAY",
            "component": "interest",
            "amount": usd(999_999),
        },
        "loan_event_invalid",
    ),
    (
        {
            "kind": "charged_back",
            "on": "TODAY",
            "receipt_id": "rcpt_" + "0" * 26,
            "amount": usd(1),
        },
        "loan_event_invalid",
    ),
]


async def test_what_cannot_be_is_refused_with_its_reason_and_nothing_is_booked(
    market: Market, loan: Json
) -> None:
    path = f"/loans/{loan['id']}"
    for act, code in WRONG:
        sent = {**act, "on": act["on"].replace("TODAY", today(market))}
        body = {"act": sent, "note": "x"}
        answer = await market.reviewer.post(f"{path}/acts", body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), act

    assert len(ok(await market.reviewer.get(f"{path}/events"))["items"]) == 1
    assert ok(await market.reviewer.get("/approvals"))["items"] == []


async def test_a_failed_payment_costs_what_the_market_says_once_for_a_key(
    market: Market, sme: Person, loan: Json
) -> None:
    path, key = f"/loans/{loan['id']}/failed-payments", {"Idempotency-Key": "one"}

    for _ in range(2):
        answer = await market.reviewer.client.post(
            f"/v1{path}", headers={**market.reviewer.headers, **key}
        )
        assert answer.status_code == 201, answer.text

    state = ok(await sme.get(f"/loans/{loan['id']}/state"))
    assert state["outstanding"]["fee"] == usd(500)


async def test_a_quote_is_good_through_a_day_within_a_month(
    sme: Person, loan: Json
) -> None:
    path = f"/loans/{loan['id']}/payoff"
    now = ok(await sme.get(path))
    later = ok(await sme.get(f"{path}?on=2026-01-30"))
    far = await sme.get(f"{path}?on=2027-01-01")

    assert later["good_through"] == "2026-01-30"
    assert later["interest"]["minor"] > now["interest"]["minor"]
    assert far.json()["code"] == "quote_too_far_ahead"


async def test_a_lender_gets_a_certificate_of_the_tax_kept_back(
    market: Market, sme: Person, loan: Json, lenders: list[Person]
) -> None:
    row = ok(await sme.get(f"/loans/{loan['id']}/schedule"))["rows"][0]
    await market.pass_days(31)
    market.rail.receive(loan["id"], money_of(row["payment"]))
    await market.work()

    paper = ok(await lenders[0].get("/tax-certificates/2026"))
    before = ok(await lenders[0].get("/tax-certificates/2025"))
    ahead = await lenders[0].get("/tax-certificates/2031")

    (line,) = paper["lines"]
    assert line["loan_id"] == loan["id"]
    assert line["rate_bps"] == 1_500
    assert line["tax"]["minor"] == round(line["interest"]["minor"] * 0.15)
    assert paper["totals"] == [{"interest": line["interest"], "tax": line["tax"]}]
    assert not paper["is_final"]
    assert before["lines"] == []
    assert before["is_final"]
    assert ahead.json()["code"] == "year_not_begun"


async def test_a_treaty_is_not_for_who_is_taxed_at_home(
    market: Market, lender: Person
) -> None:
    body = {
        "country": "SG",
        "certificate": "IRAS 2026/17",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    }
    path = f"/parties/{lender.party}/treaty-residences"

    at_home = await market.reviewer.post(path, body)
    backwards = await market.reviewer.post(path, {**body, "valid_until": "2025-01-01"})

    assert at_home.json()["code"] == "treaty_unknown"
    assert backwards.status_code == 422
