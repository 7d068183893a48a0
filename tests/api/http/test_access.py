"""Every route, every role: who may call what is written here and nowhere guessed."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.auth import Role
from api.http.guard import GuardedRoute, access_of
from api.http.routes import ROUTERS
from tests.api.conftest import KeyFor

S, L, O, R = Role.SME, Role.LENDER, Role.OPERATOR, Role.REGULATOR  # noqa: E741 - a readable table
ALL = {S, L, O, R}

# fmt: off
TABLE: dict[tuple[str, str], set[Role]] = {
    ("GET", "/me"): ALL,
    ("POST", "/parties"): {O},
    ("GET", "/parties"): {O, R},
    ("GET", "/parties/{party_id}"): ALL,
    ("POST", "/parties/{party_id}/verify"): {O},
    ("POST", "/parties/{party_id}/reject"): {O},
    ("PUT", "/parties/{party_id}/firm"): {O},
    ("GET", "/parties/{party_id}/firm"): ALL,
    ("POST", "/parties/{party_id}/erasures"): {O},
    ("POST", "/erasures/{approval_id}/approve"): {O},
    ("POST", "/erasures/{approval_id}/decline"): {O},
    ("POST", "/parties/{party_id}/keys"): {O},
    ("GET", "/parties/{party_id}/keys"): {O},
    ("DELETE", "/keys/{key_id}"): {O},
    ("POST", "/signing-keys"): {S, L, O},
    ("GET", "/signing-keys"): ALL,
    ("POST", "/signing-keys/held"): {S, L, O},
    ("POST", "/signing-keys/succession"): {S, L, O},
    ("POST", "/signing-keys/{signing_key_id}/activate"): {O},
    ("POST", "/signing-keys/{signing_key_id}/revoke"): {S, L, O},
    ("GET", "/signatures"): ALL,
    ("GET", "/signature-totals"): {O, R},
    ("POST", "/statements"): {S},
    ("GET", "/statements"): ALL,
    ("GET", "/statements/{statement_id}"): ALL,
    ("GET", "/statements/{statement_id}/lines"): ALL,
    ("GET", "/statement-refusals"): ALL,
    ("POST", "/invoice-files"): {S},
    ("GET", "/invoice-files"): ALL,
    ("GET", "/invoice-files/{invoice_file_id}"): ALL,
    ("GET", "/invoice-files/{invoice_file_id}/invoices"): ALL,
    ("POST", "/wallets"): {S, L},
    ("GET", "/wallets"): ALL,
    ("PUT", "/wallets/{currency}/destination"): {S, L},
    ("GET", "/wallets/{currency}/movements"): ALL,
    ("GET", "/wallets/{currency}/statement"): ALL,
    ("GET", "/wallets/{currency}/proof"): ALL,
    ("GET", "/client-money"): {O, R},
    ("POST", "/withdrawals"): {S, L},
    ("GET", "/payouts"): ALL,
    ("GET", "/payouts/{payout_id}"): ALL,
    ("POST", "/wallets/{currency}/close"): {S, L},
    ("GET", "/deposits/suspense"): {O, R},
    ("POST", "/exchange-rates"): {O},
    ("GET", "/exchange-rates"): ALL,
    ("POST", "/exchange-quotes"): {S, L},
    ("POST", "/exchanges"): {S, L},
    ("POST", "/settlements"): {O},
    ("POST", "/reconciliations"): {O},
    ("GET", "/payout-stops"): {O, R},
    ("POST", "/payout-stops/{currency}/lift"): {O},
    ("POST", "/deposits/{deposit_id}/assign"): {O},
    ("GET", "/offers"): ALL,
    ("GET", "/offers/{offer_id}"): ALL,
    ("GET", "/offers/{offer_id}/pledges"): {O, R},
    ("POST", "/offers/{offer_id}/pledges"): {L},
    ("POST", "/offers/{offer_id}/pledge-messages"): {L},
    ("POST", "/offers/{offer_id}/close"): {O},
    ("POST", "/offers/{offer_id}/cancel"): {O},
    ("GET", "/pledges"): ALL,
    ("GET", "/pledges/{pledge_id}"): {L},
    ("POST", "/pledges/{pledge_id}/withdraw"): {L},
    ("GET", "/quotes"): ALL,
    ("GET", "/quotes/schedule.csv"): ALL,
    ("GET", "/quotes/schedule.xlsx"): ALL,
    ("POST", "/calculators/{name}"): ALL,
    ("GET", "/day-ends"): {O, R},
    ("GET", "/clock-stops"): {O, R},
    ("POST", "/day-ends/resume"): {O},
    ("GET", "/notices"): ALL,
    ("POST", "/statement-maps"): {S, O},
    ("GET", "/statement-maps"): {S, O},
    ("POST", "/category-rules"): {O},
    ("GET", "/category-rules"): {O},
    ("GET", "/holidays"): ALL,
    ("POST", "/holidays"): {O},
    ("POST", "/applications"): {S},
    ("GET", "/applications"): ALL,
    ("GET", "/applications/{application_id}"): ALL,
    ("GET", "/applications/{application_id}/schedule"): ALL,
    ("GET", "/applications/{application_id}/schedule.csv"): ALL,
    ("GET", "/applications/{application_id}/schedule.xlsx"): ALL,
    ("POST", "/applications/{application_id}/sureties"): {O},
    ("GET", "/applications/{application_id}/sureties"): ALL,
    ("DELETE", "/applications/{application_id}/sureties/{party_id}"): {O},
    ("GET", "/sureties"): ALL,
    ("POST", "/applications/{application_id}/review"): {O},
    ("POST", "/applications/{application_id}/approve"): {O},
    ("POST", "/applications/{application_id}/decline"): {O},
    ("GET", "/applications/{application_id}/replay"): {O, R},
    ("POST", "/applications/{application_id}/what-if"): ALL,
    ("POST", "/applications/{application_id}/override"): {O},
    ("POST", "/applications/{application_id}/override/approve"): {O},
    ("POST", "/applications/{application_id}/override/decline"): {O},
    ("GET", "/risk/book"): {O, R},
    ("GET", "/loan-tape.csv"): {O, R},
    ("GET", "/loan-tape.xlsx"): {O, R},
    ("GET", "/risk/warnings"): {O, R},
    ("GET", "/scorecards"): {O, R},
    ("POST", "/scorecards"): {O},
    ("POST", "/scorecards/{approval_id}/approve"): {O},
    ("POST", "/scorecards/{approval_id}/decline"): {O},
    ("GET", "/scorecards/watch"): {O, R},
    ("GET", "/offers/{offer_id}/listing"): ALL,
    ("GET", "/offers/{offer_id}/schedule"): ALL,
    ("GET", "/approvals"): {O, R},
    ("GET", "/approvals/{approval_id}"): {O, R},
    ("GET", "/loans"): ALL,
    ("GET", "/loans/{loan_id}"): ALL,
    ("GET", "/loans/{loan_id}/schedule"): ALL,
    ("GET", "/loans/{loan_id}/holders"): ALL,
    ("GET", "/loans/{loan_id}/schedule.csv"): ALL,
    ("GET", "/loans/{loan_id}/schedule.xlsx"): ALL,
    ("GET", "/loans/{loan_id}/agreed-schedule.xlsx"): ALL,
    ("GET", "/loans/{loan_id}/agreed-schedule.csv"): ALL,
    ("GET", "/loans/{loan_id}/agreed-schedule"): ALL,
    ("GET", "/loans/{loan_id}/state"): ALL,
    ("GET", "/loans/{loan_id}/events"): ALL,
    ("GET", "/loans/{loan_id}/notes"): ALL,
    ("GET", "/loans/{loan_id}/receipts"): ALL,
    ("GET", "/loans/{loan_id}/agreement"): ALL,
    ("GET", "/loans/{loan_id}/documents/{paper}.pdf"): ALL,
    ("GET", "/offers/{offer_id}/documents/key-information.pdf"): ALL,
    ("GET", "/pledges/{pledge_id}/documents/subscription.pdf"): {L},
    ("GET", "/loans/{loan_id}/agreement/message"): ALL,
    ("GET", "/loans/{loan_id}/acceptances"): ALL,
    ("GET", "/loans/{loan_id}/payoff"): ALL,
    ("GET", "/loans/{loan_id}/payoff/options"): ALL,
    ("POST", "/loans/{loan_id}/accept"): {S, L, O},
    ("POST", "/loans/{loan_id}/repayments"): {S},
    ("POST", "/loans/{loan_id}/write-off"): {O},
    ("POST", "/write-offs/{approval_id}/approve"): {O},
    ("POST", "/loans/{loan_id}/acts/preview"): {O},
    ("POST", "/loans/{loan_id}/acts"): {O},
    ("POST", "/loan-acts/{approval_id}/approve"): {O},
    ("POST", "/loan-acts/{approval_id}/decline"): {O},
    ("POST", "/loans/{loan_id}/failed-payments"): {O},
    ("GET", "/tax-certificates/{year}"): ALL,
    ("POST", "/parties/{party_id}/treaty-residences"): {O},
    ("GET", "/portfolio"): ALL,
    ("POST", "/share-classes"): {S},
    ("GET", "/share-classes"): ALL,
    ("GET", "/share-classes/{share_id}"): ALL,
    ("GET", "/share-classes/{share_id}/holdings"): ALL,
    ("GET", "/holdings"): ALL,
    ("POST", "/share-classes/{share_id}/founders"): {O},
    ("POST", "/share-classes/{share_id}/review"): {O},
    ("POST", "/share-classes/{share_id}/approve"): {O},
    ("GET", "/ledger/trial-balance"): {O, R},
    ("GET", "/ledger/breaches"): {O, R},
    ("GET", "/ledger/accounts"): {O, R},
    ("GET", "/ledger/accounts/{account_id}"): {O, R},
    ("GET", "/ledger/accounts/{account_id}/movements"): {O, R},
    ("GET", "/ledger/branches"): {O, R},
    ("GET", "/ledger/accounts/{account_id}/statement"): {O, R},
    ("GET", "/ledger/entries/{entry_id}"): {O, R},
    ("GET", "/ledger/export"): {O, R},
    ("GET", "/ledger/periods"): {O, R},
    ("POST", "/ledger/periods"): {O},
    ("POST", "/ledger/periods/{book}/{starts_on}/adjust"): {O},
    ("POST", "/ledger/periods/{book}/{starts_on}/close"): {O},
    ("POST", "/ledger/year-ends"): {O},
    ("POST", "/ledger/accounts/{account_id}/freeze"): {O},
    ("POST", "/ledger/entries/{entry_id}/reverse"): {O},
    ("POST", "/ledger/adjustments"): {O},
    ("POST", "/ledger/corrections/{approval_id}/approve"): {O},
    ("POST", "/ledger/corrections/{approval_id}/decline"): {O},
    ("GET", "/audit/export"): {O, R},
    ("GET", "/audit/tile/entries/{n}"): {O, R},
    ("GET", "/audit/entries/{index}/proof"): ALL,
    ("GET", "/pledges/{pledge_id}/proof"): {L},
    ("GET", "/loans/{loan_id}/proof"): ALL,
    ("GET", "/loans/{loan_id}/receipts/{receipt_id}/proof"): ALL,
    ("GET", "/holdings/{share_id}/proof"): {S, L},
    ("GET", "/wallets/{currency}/receipt"): {S, L},
    ("GET", "/commands/proof"): ALL,
}
# fmt: on
OPEN = {
    ("POST", "/rails/{name}/webhook"),
    ("GET", "/audit/checkpoint"),
    ("GET", "/audit/key"),
    ("GET", "/audit/policy"),
    ("GET", "/audit/consistency"),
    ("GET", "/audit/tile/{level}/{n}"),
}

SAMPLES = {
    "paper": "agreement",
    "party_id": "party_" + "0" * 26,
    "key_id": "key_" + "0" * 26,
    "signing_key_id": "sgn_" + "0" * 26,
    "statement_id": "stmt_" + "0" * 26,
    "invoice_file_id": "invf_" + "0" * 26,
    "payout_id": "pay_" + "0" * 26,
    "deposit_id": "dep_" + "0" * 26,
    "offer_id": "offer_" + "0" * 26,
    "pledge_id": "plg_" + "0" * 26,
    "application_id": "app_" + "0" * 26,
    "approval_id": "appr_" + "0" * 26,
    "loan_id": "loan_" + "0" * 26,
    "account_id": "acct_" + "0" * 26,
    "entry_id": "entry_" + "0" * 26,
    "share_id": "share_" + "0" * 26,
    "receipt_id": "rcpt_" + "0" * 26,
    "n": "000",
    "level": "0",
    "index": "0",
    "currency": "USD",
    "year": "2026",
    "name": "fake",
    "book": "client_money",
    "starts_on": "2026-01-01",
}


def routes() -> Iterator[APIRoute]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield route


def method_of(route: APIRoute) -> str:
    (method,) = route.methods
    return method


def test_the_table_names_every_route_and_only_those() -> None:
    found = {(method_of(route), route.path_format) for route in routes()}

    assert found == set(TABLE) | OPEN


def test_the_application_serves_these_routes_and_no_other(app: FastAPI) -> None:
    served = {
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    }

    assert served == {(method, f"/v1{path}") for method, path in set(TABLE) | OPEN}


@pytest.mark.parametrize(
    "route", [*routes()], ids=lambda route: f"{method_of(route)} {route.path_format}"
)
def test_each_route_is_guarded_as_the_table_says(route: APIRoute) -> None:
    assert isinstance(route, GuardedRoute)
    allowed = TABLE.get((method_of(route), route.path_format), set())
    assert access_of(route).roles == frozenset(allowed)


@pytest.mark.slow
async def test_whoever_is_not_in_the_table_is_refused(
    client: httpx.AsyncClient, key_for: KeyFor
) -> None:
    keys = {role: await key_for(role) for role in Role}

    for (method, path), allowed in TABLE.items():
        url = "/v1" + path.format_map(SAMPLES)
        anonymous = await client.request(method, url)
        bad_key = await client.request(
            method, url, headers={"Authorization": "Bearer tnl_x_y"}
        )
        assert (anonymous.status_code, bad_key.status_code) == (401, 401), path
        for role in Role:
            answer = await client.request(method, url, headers=keys[role])
            if role in allowed:
                assert answer.status_code not in {401, 405, 500}, (role, path)
                assert b"role_forbidden" not in answer.content, (role, path)
            else:
                assert answer.status_code == 403, (role, path)


async def test_a_key_is_shown_as_bearer_only(
    client: httpx.AsyncClient, key_for: KeyFor
) -> None:
    shown = (await key_for(Role.SME))["Authorization"].removeprefix("Bearer ")

    for value in (shown, f"Basic {shown}", f"Token {shown}", "Bearer", ""):
        answer = await client.get("/v1/me", headers={"Authorization": value})
        assert answer.status_code == 401
    by_query = await client.get(f"/v1/me?api_key={shown}")
    assert by_query.status_code == 401
