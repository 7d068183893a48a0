"""Client money over HTTP: in by a proven webhook, out by one's own command."""

from datetime import UTC, datetime

import pytest

from api.auth import Role
from api.jobs import jobs_of, run_once
from api.services import Services
from finance import rails
from ledger.money import Currency, Money
from tests.api.conftest import NewPerson, Person
from tests.api.http.market import usd


@pytest.fixture
async def lender(lender: Person, operator: Person) -> Person:
    """A lender whom somebody has checked."""
    answer = await operator.post(f"/parties/{lender.party}/verify")
    assert answer.status_code == 200
    return lender


async def opened(person: Person, currency: str = "USD") -> str:
    wallet = {"currency": currency, "destination": "ABA 1"}
    answer = await person.post("/wallets", wallet)
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def told(person: Person, rail: rails.FakeRail) -> None:
    for delivery in rail.deliveries():
        answer = await person.client.post(
            "/v1/rails/fake/webhook",
            content=delivery.body,
            headers={"Webhook-Signature": delivery.signature},
        )
        assert answer.status_code == 200


@pytest.fixture
async def rich(lender: Person, rail: rails.FakeRail, services: Services) -> Person:
    """A lender into whose wallet 500 dollars came the way money really comes."""
    rail.receive(await opened(lender), Money(50_000, Currency.USD))
    await told(lender, rail)
    await run_once(jobs_of(services))
    return lender


async def balance(person: Person) -> tuple[int, int]:
    (purse,) = (await person.get("/wallets")).json()["items"]
    return purse["posted"]["minor"], purse["available"]["minor"]


async def test_a_payment_told_by_webhook_is_in_the_wallet(rich: Person) -> None:
    movements = (await rich.get("/wallets/USD/movements")).json()

    assert await balance(rich) == (50_000, 50_000)
    assert [item["amount"]["minor"] for item in movements["items"]] == [50_000]


async def test_a_webhook_told_twice_moves_money_once(
    lender: Person, rail: rails.FakeRail, services: Services
) -> None:
    rail.receive(await opened(lender), Money(50_000, Currency.USD))
    (delivery,) = rail.deliveries()
    headers = {"Webhook-Signature": delivery.signature}

    answers = [
        await lender.client.post(
            "/v1/rails/fake/webhook", content=delivery.body, headers=headers
        )
        for _ in range(3)
    ]
    await run_once(jobs_of(services))

    assert [answer.json()["kept"] for answer in answers] == [True, False, False]
    assert await balance(lender) == (50_000, 50_000)


@pytest.mark.parametrize("change", ["signature", "body", "missing", "letters"])
async def test_a_forged_webhook_is_refused_without_effect(
    lender: Person, rail: rails.FakeRail, services: Services, change: str
) -> None:
    rail.receive(await opened(lender), Money(50_000, Currency.USD))
    (delivery,) = rail.deliveries()
    body = delivery.body + b" " if change == "body" else delivery.body
    signature = {
        "signature": "0" * 64,
        "missing": "",
        "letters": "caf\xe9",
    }.get(change, delivery.signature)

    answer = await lender.client.post(
        "/v1/rails/fake/webhook",
        content=body,
        headers=[(b"Webhook-Signature", signature.encode("latin-1"))],
    )
    await run_once(jobs_of(services))

    assert answer.status_code == 400
    assert answer.json()["code"] == "webhook_signature_wrong"
    assert await balance(lender) == (0, 0)


@pytest.mark.parametrize("destination", ["", "ABA 1\r\nABA 2", "a\u2028b", "x" * 101])
async def test_a_bank_account_is_one_short_line(
    lender: Person, destination: str
) -> None:
    wallet = {"currency": "USD", "destination": destination}

    answer = await lender.post("/wallets", wallet)

    assert answer.status_code == 422
    assert answer.json()["code"] in {"text_length", "text_malformed"}


@pytest.mark.parametrize("verdict", ["reject", None])
async def test_somebody_unchecked_or_turned_away_has_no_part_in_money(
    new_person: NewPerson, operator: Person, verdict: str | None
) -> None:
    stranger = await new_person(Role.LENDER)
    if verdict:
        await operator.post(f"/parties/{stranger.party}/{verdict}")

    answers = [
        await stranger.post("/wallets", {"currency": "USD", "destination": "ABA 1"}),
        await stranger.post("/withdrawals", {"amount": usd(10)}, key="one"),
    ]

    codes = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert codes == [(409, "party_not_verified"), (409, "wallet_missing")]
    assert (await stranger.get("/wallets")).json()["items"] == []


async def test_an_unknown_provider_is_not_found(lender: Person) -> None:
    answer = await lender.client.post("/v1/rails/nobody/webhook", content=b"{}")

    assert answer.status_code == 404


async def test_a_withdrawal_leaves_once_whatever_the_retries(
    rich: Person, rail: rails.FakeRail, services: Services
) -> None:
    body = {"amount": {"minor": 20_000, "currency": "USD"}}

    first = await rich.post("/withdrawals", body, key="one")
    again = await rich.post("/withdrawals", body, key="one")
    await run_once(jobs_of(services))
    seen = await rich.get(f"/payouts/{first.json()['id']}")

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert seen.json()["state"] == "confirmed"
    assert rail.paid_out(Currency.USD) == Money(20_000, Currency.USD)
    assert await balance(rich) == (30_000, 30_000)


async def test_more_than_is_there_does_not_leave(rich: Person) -> None:
    answer = await rich.post(
        "/withdrawals", {"amount": {"minor": 50_001, "currency": "USD"}}
    )

    assert answer.status_code == 409
    assert await balance(rich) == (50_000, 50_000)


async def test_an_unfunded_wallet_and_none_at_all_are_conflicts(
    lender: Person,
) -> None:
    body = {"amount": {"minor": 100, "currency": "USD"}}

    none = await lender.post("/withdrawals", body)
    await opened(lender)
    empty = await lender.post("/withdrawals", body)

    assert (none.status_code, none.json()["code"]) == (409, "wallet_missing")
    assert empty.status_code == 409


async def test_another_s_money_cannot_be_seen(
    rich: Person, sme: Person, operator: Person
) -> None:
    answer = await rich.post(
        "/withdrawals", {"amount": {"minor": 20_000, "currency": "USD"}}
    )
    payout = answer.json()["id"]
    unknown = "pay_" + "0" * 26

    hidden = await sme.get(f"/payouts/{payout}")
    missing = await sme.get(f"/payouts/{unknown}")
    wallets = await sme.get(f"/wallets?party={rich.party}")
    seen = await operator.get(f"/wallets?party={rich.party}")

    assert hidden.status_code == missing.status_code == 404
    assert without_id(hidden.json()) == without_id(missing.json())
    assert wallets.status_code == 404
    assert len(seen.json()["items"]) == 1


def without_id(problem: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in problem.items() if name != "request_id"}


async def test_money_without_an_owner_waits_until_the_operator_finds_one(
    lender: Person, operator: Person, rail: rails.FakeRail, services: Services
) -> None:
    await opened(lender)
    rail.receive("nobody's reference", Money(700, Currency.USD))
    await told(lender, rail)
    await run_once(jobs_of(services))
    (waiting,) = (await operator.get("/deposits/suspense")).json()["items"]
    before = await balance(lender)

    path = f"/deposits/{waiting['id']}/assign"
    found = await operator.post(path, {"party": lender.party})
    again = await operator.post(path, {"party": lender.party})

    assert before == (0, 0)
    assert found.status_code == 200
    assert (again.status_code, again.json()["code"]) == (409, "deposit_not_in_suspense")
    assert await balance(lender) == (700, 700)
    assert (await operator.get("/deposits/suspense")).json()["items"] == []


async def test_a_cent_of_difference_stops_payouts_until_the_stop_is_lifted(
    rich: Person, operator: Person, rail: rails.FakeRail, services: Services
) -> None:
    book = {
        "provider": "fake",
        "currency": "USD",
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-01-31T00:00:00Z",
        "lines": [],
        "in_transit_minor": 49_999,
        "at_bank_minor": 0,
    }

    differing = (await operator.post("/reconciliations", book)).json()
    payout = await rich.post("/withdrawals", {"amount": usd(20_000)})
    await run_once(jobs_of(services))
    stopped = (await rich.get(f"/payouts/{payout.json()['id']}")).json()
    stops = (await operator.get("/payout-stops")).json()["items"]
    await operator.post("/payout-stops/USD/lift")
    await run_once(jobs_of(services))
    paid = (await rich.get(f"/payouts/{payout.json()['id']}")).json()

    assert not differing["is_matched"]
    assert "transit_total" in {one["difference"] for one in differing["breaks"]}
    assert (stopped["state"], paid["state"]) == ("requested", "confirmed")
    assert [stop["currency"] for stop in stops] == ["USD"]
    assert (await operator.get("/payout-stops")).json()["items"] == []


async def test_an_equal_book_matches_and_stops_nothing(
    rich: Person, operator: Person, rail: rails.FakeRail
) -> None:
    settlement = rail.hand_to_bank(Money(30_000, Currency.USD))
    booked = await operator.post(
        "/settlements",
        {"provider": "fake", "settlement_id": settlement, "amount": usd(30_000)},
    )
    theirs = rail.statement(
        Currency.USD,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2026, 1, 31, tzinfo=UTC),
    )
    lines = [
        {"kind": line.kind, "id": line.id, "minor": line.amount.minor}
        for line in theirs.lines
    ]

    found = await operator.post(
        "/reconciliations",
        {
            "provider": "fake",
            "currency": "USD",
            "since": theirs.since.isoformat(),
            "until": theirs.until.isoformat(),
            "lines": lines,
            "in_transit_minor": theirs.in_transit.minor,
            "at_bank_minor": theirs.at_bank.minor,
        },
    )

    assert booked.status_code == 201
    assert found.json()["breaks"] == []
    assert found.json()["is_matched"]


async def test_only_an_empty_wallet_is_closed(
    rich: Person, sme: Person, operator: Person
) -> None:
    await operator.post(f"/parties/{sme.party}/verify")
    await opened(sme)

    full = await rich.post("/wallets/USD/close")
    empty = await sme.post("/wallets/USD/close")

    assert (full.status_code, full.json()["code"]) == (409, "account_not_empty")
    assert empty.json()["closed_at"]
