"""The description kept in docs is the API's, and says what clients need to know."""

from pathlib import Path
from typing import Any

import pytest

from api.http import description
from tests.api.http.test_access import OPEN, TABLE

KEPT = Path(__file__).parents[3] / "docs" / "openapi.json"
MOVES_MONEY = {
    "/withdrawals",
    "/settlements",
    "/deposits/{deposit_id}/assign",
    "/offers/{offer_id}/pledges",
    "/offers/{offer_id}/close",
    "/offers/{offer_id}/cancel",
    "/pledges/{pledge_id}/withdraw",
    "/loans/{loan_id}/accept",
    "/loans/{loan_id}/failed-payments",
    "/loans/{loan_id}/repayments",
    "/loan-acts/{approval_id}/approve",
    "/write-offs/{approval_id}/approve",
    "/ledger/corrections/{approval_id}/approve",
    "/ledger/year-ends",
    "/exchanges",
    "/share-classes/{share_id}/founders",
}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return description.describe()


def test_the_kept_description_is_current() -> None:
    assert KEPT.read_text("utf-8") == description.text(), (
        "run: python -m api.http.description > docs/openapi.json"
    )


def test_it_is_openapi_3_1_with_one_name_for_each_operation(
    described: dict[str, Any],
) -> None:
    names = [
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
    ]

    assert described["openapi"].startswith("3.1")
    assert len(set(names)) == len(names) == len(TABLE) + len(OPEN)


def test_what_moves_money_and_only_that_needs_a_key(described: dict[str, Any]) -> None:
    needing = {
        path.removeprefix("/v1")
        for path, operations in described["paths"].items()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "Idempotency-Key" and parameter["required"]
    }

    assert needing == MOVES_MONEY


def test_every_guarded_route_says_that_it_needs_a_key_of_the_api(
    described: dict[str, Any],
) -> None:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            is_open = (method.upper(), path.removeprefix("/v1")) in OPEN
            assert ("security" in operation) is not is_open, path


def test_every_refusal_is_described_as_a_problem(described: dict[str, Any]) -> None:
    for operations in described["paths"].values():
        for operation in operations.values():
            (kind,) = operation["responses"]["4XX"]["content"]
            assert kind == "application/problem+json"
