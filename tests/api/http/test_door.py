"""The door: who calls, may they, is the address sound; and how it refuses."""

import httpx
import pytest

from api.app import create_app
from api.auth import Role
from api.http.router import make_router
from api.services import Services
from ledger.errors import InvariantBroken
from tests.api.conftest import KeyFor
from tests.api.http.conftest import echo_router

ECHO = "/v1/echo"


async def post(
    door: httpx.AsyncClient, shown: dict[str, str], body: str | bytes
) -> httpx.Response:
    headers = {"Content-Type": "application/json", **shown}
    return await door.post(ECHO, content=body, headers=headers)


async def test_who_is_unknown_is_refused_before_the_body_is_read(
    door: httpx.AsyncClient,
) -> None:
    answer = await post(door, {}, b"not json")

    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == 'Bearer realm="tonle"'


@pytest.mark.parametrize("role", [Role.SME, Role.OPERATOR, Role.REGULATOR])
async def test_another_role_is_refused(
    door: httpx.AsyncClient, key_for: KeyFor, role: Role
) -> None:
    answer = await post(door, await key_for(role), b"not json")

    assert answer.status_code == 403
    assert answer.json()["code"] == "role_forbidden"


@pytest.mark.parametrize(
    "limit", ["1_0", "%201", "+1", "1.0", "1e1", "\uff11", "១", "-1", "0", "201"]
)
async def test_numbers_in_an_address_are_plain_digits_within_bounds(
    door: httpx.AsyncClient, shown: dict[str, str], limit: str
) -> None:
    party = "party_" + "0" * 26

    answer = await door.get(f"{ECHO}/{party}?limit={limit}", headers=shown)

    assert answer.status_code == 422
    assert answer.json()["code"] in {"number_malformed", "number_out_of_range"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?limit=1&limit=2", "query_repeated"),
        ("?order=name", "query_unknown"),
        ("?limit=%00", "text_malformed"),
    ],
)
async def test_an_address_says_each_known_thing_once(
    door: httpx.AsyncClient, shown: dict[str, str], query: str, code: str
) -> None:
    answer = await door.get(f"{ECHO}/party_{'0' * 26}{query}", headers=shown)

    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert "name" not in answer.json()["detail"]
    assert code != "query_unknown" or "Known are: limit." in answer.json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "loan_" + "0" * 26,
        "party_",
        "party_" + "l" * 26,
        "party_8" + "0" * 25,
        "1",
        "%00",
    ],
)
async def test_an_id_of_another_form_is_refused(
    door: httpx.AsyncClient, shown: dict[str, str], text: str
) -> None:
    answer = await door.get(f"{ECHO}/{text}", headers=shown)

    assert answer.status_code == 422
    assert answer.json()["code"] in {"id_malformed", "text_malformed"}


async def test_an_unknown_address_and_method_are_problems_too(
    door: httpx.AsyncClient,
) -> None:
    nowhere = await door.get("/v1/nowhere")
    method = await door.put(ECHO)

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "route_unknown")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in method.headers["allow"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("refused", 409, "test_closed"),
        ("away", 503, "unavailable"),
        ("broken", 500, "internal"),
        ("unknown", 500, "internal"),
    ],
)
async def test_each_kind_of_trouble_has_its_status(
    door: httpx.AsyncClient, kind: str, status: int, code: str
) -> None:
    answer = await door.get(f"/v1/fail/{kind}")

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == answer.headers["request-id"]
    assert "secret" not in answer.text
    assert answer.headers.get("retry-after") == ("1" if status == 503 else None)


async def test_a_failure_is_logged_with_its_request_and_without_its_words(
    door: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await door.get("/v1/fail/unknown")

    logged = capsys.readouterr().out
    assert answer.headers["request-id"] in logged
    assert "RuntimeError" in logged
    assert "conftest.py" in logged
    assert "person" not in logged


async def test_every_answer_carries_the_security_headers(
    door: httpx.AsyncClient,
) -> None:
    for path in ("/v1/nowhere", "/v1/fail/unknown", "/v1/openapi.json"):
        headers = (await door.get(path, headers={"Request-Id": "mine"})).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["request-id"].startswith("req_")


def test_a_route_that_does_not_say_who_may_call_it_cannot_be_made() -> None:
    router = make_router("loose")

    with pytest.raises(InvariantBroken, match="who may call"):

        @router.get("/loose")
        async def loose() -> None: ...


async def test_who_hangs_up_in_the_middle_is_no_failure_of_ours(
    services: Services, shown: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(services, routers=[echo_router()])
    parts = iter([{"type": "http.request", "body": b"{", "more_body": True}])
    answers: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return next(parts, {"type": "http.disconnect"})

    async def send(message: dict[str, object]) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": ECHO,
        "raw_path": ECHO.encode(),
        "query_string": b"",
        "headers": [(b"authorization", shown["Authorization"].encode())],
        "server": ("test", 80),
        "scheme": "http",
        "root_path": "",
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are what a server gives

    assert answers[0]["status"] == 400
    assert "request_failed" not in capsys.readouterr().out
