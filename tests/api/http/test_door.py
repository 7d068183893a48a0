"""The door: who calls, may they, is the request sound; and how it refuses."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends

from api import auth
from api.app import create_app
from api.auth import Caller, Role
from api.http.router import make_router
from api.services import Services
from api.wire import BusinessDate, In, Limit, MoneyIn, MoneyOut, Name, PartyRef
from ledger.errors import Conflict, InvariantBroken, Unavailable
from ledger.paging import DEFAULT_PAGE
from tests.api.conftest import KeyFor, client_of

ECHO = "/v1/echo"
Lender = Annotated[Caller, Depends(auth.role(Role.LENDER))]


class TestClosed(Conflict):
    __test__ = False
    code = "test_closed"
    message = "This {thing} is closed."


class EchoIn(In):
    amount: MoneyIn
    name: Name = "x"
    on: BusinessDate | None = None


def echo_router() -> APIRouter:
    router = make_router("echo")

    @router.post("/echo")
    async def echo(body: EchoIn, _: Lender) -> MoneyOut:
        return MoneyOut.of(body.amount.to_money())

    @router.get("/echo/{party_id}")
    async def show(party_id: PartyRef, _: Lender, limit: Limit = DEFAULT_PAGE) -> int:
        return limit

    @router.get("/fail/{kind}")
    async def fail(kind: str, _: Annotated[None, Depends(auth.anyone())]) -> None:
        raise {
            "refused": TestClosed(thing="offer"),
            "away": Unavailable("gone"),
            "broken": InvariantBroken("sums to zero"),
            "unknown": RuntimeError("secret of a person"),
        }[kind]

    return router


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_app(services, routers=[echo_router()])) as client:
        yield client


@pytest.fixture
async def lender(key_for: KeyFor) -> dict[str, str]:
    return await key_for(Role.LENDER)


def json_of(body: str | bytes) -> dict[str, object]:
    content = body.encode() if isinstance(body, str) else body
    return {"content": content, "headers": {"Content-Type": "application/json"}}


async def post(
    client: httpx.AsyncClient, lender: dict[str, str], body: str | bytes
) -> httpx.Response:
    return await client.post(
        ECHO,
        content=body,
        headers={"Content-Type": "application/json", **lender},
    )


async def test_a_sound_request_is_answered(
    client: httpx.AsyncClient, lender: dict[str, str]
) -> None:
    answer = await post(client, lender, '{"amount":{"minor":12500,"currency":"USD"}}')

    assert answer.status_code == 200
    assert answer.json() == {"minor": 12500, "currency": "USD"}


@pytest.mark.parametrize(
    ("minor", "code"),
    [
        ("NaN", "json_not_a_number"),
        ("Infinity", "json_not_a_number"),
        ("-Infinity", "json_not_a_number"),
        ("1e9", "amount_malformed"),
        ("1e999", "amount_malformed"),
        ("1.0", "amount_malformed"),
        ("12.345", "amount_malformed"),
        ("1_000", "json_malformed"),
        ("+5", "json_malformed"),
        ("007", "json_malformed"),
        ("٣", "json_malformed"),
        ('"1_000"', "amount_malformed"),
        ('"1000"', "amount_malformed"),
        ('" 12 "', "amount_malformed"),
        ('"1e9"', "amount_malformed"),
        ('"NaN"', "amount_malformed"),
        ('"\uff11\uff12"', "amount_malformed"),
        ('"១២៣"', "amount_malformed"),
        ('"12.345"', "amount_malformed"),
        ("true", "amount_malformed"),
        ("null", "amount_malformed"),
        ("[1]", "amount_malformed"),
        ("0", "amount_out_of_range"),
        ("-5", "amount_out_of_range"),
        (str(2**53), "amount_out_of_range"),
        ("9" * 4000, "amount_out_of_range"),
        ("9" * 5000, "json_malformed"),
    ],
)
async def test_what_is_no_amount_is_refused_with_a_code_and_not_repeated(
    client: httpx.AsyncClient, lender: dict[str, str], minor: str, code: str
) -> None:
    body = '{"amount":{"minor":%s,"currency":"USD"}}' % minor  # noqa: UP031 - braces

    answer = await post(client, lender, body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    shown = minor.strip('"')
    assert len(shown) < 3 or shown not in answer.text.replace("NaN and Infinity", "")


async def test_half_a_riel_is_refused(
    client: httpx.AsyncClient, lender: dict[str, str]
) -> None:
    answer = await post(client, lender, '{"amount":{"minor":12550,"currency":"KHR"}}')

    assert answer.status_code == 422
    assert answer.json()["code"] == "amount_not_settleable"
    assert answer.json()["errors"][0]["field"] == "body.amount"


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ("{}", "field_missing", "body.amount"),
        ('{"amount":{"minor":1}}', "field_missing", "body.amount.currency"),
        (
            '{"amount":{"minor":1,"currency":"EUR"}}',
            "choice_unknown",
            "body.amount.currency",
        ),
        (
            '{"amount":{"minor":1,"currency":"USD","zz":1}}',
            "field_unknown",
            "body.amount",
        ),
        (
            '{"amount":{"minor":1,"currency":"USD"},"role":"operator"}',
            "field_unknown",
            "body",
        ),
        (
            '{"amount":{"minor":1,"currency":"USD"},"name":""}',
            "text_length",
            "body.name",
        ),
        (
            '{"amount":{"minor":1,"currency":"USD"},"on":"2026-02-30"}',
            "date_malformed",
            "body.on",
        ),
        (
            '{"amount":{"minor":1,"currency":"USD"},"on":"1767225600"}',
            "date_malformed",
            "body.on",
        ),
        (
            '{"amount":{"minor":1,"currency":"USD"},"on":1767225600}',
            "date_malformed",
            "body.on",
        ),
        (
            '{"amount":{"minor":1,"currency":"USD"},"on":"២០២៦-០១-០១"}',
            "date_malformed",
            "body.on",
        ),
        ("[]", "field_malformed", "body"),
        ("1", "field_malformed", "body"),
        ("", "field_missing", "body"),
    ],
)
async def test_a_wrong_field_is_named_by_path_and_code(
    client: httpx.AsyncClient, lender: dict[str, str], body: str, code: str, field: str
) -> None:
    answer = await post(client, lender, body)

    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"amount":1,"amount":2}', "json_name_repeated"),
        (b'{"amount":{"minor":1,"minor":2,"currency":"USD"}}', "json_name_repeated"),
        (b"\xff\xfe", "json_malformed"),
        ('{"amount":1}'.encode("utf-16"), "json_malformed"),
        (b"\xef\xbb\xbf{}", "json_malformed"),
        (b"[" * 40 + b"]" * 40, "json_too_deep"),
        (b"[" * 200_000, "json_too_deep"),
        (b'{"name":"a\\u0000b"}', "text_malformed"),
        (b'{"name":"\\ud800"}', "text_malformed"),
        (b'{"\\udfff":1}', "text_malformed"),
        (b"{'a':1}", "json_malformed"),
        (b'{"a":1}{', "json_malformed"),
    ],
)
async def test_json_of_two_meanings_is_refused(
    client: httpx.AsyncClient, lender: dict[str, str], body: bytes, code: str
) -> None:
    answer = await post(client, lender, body)

    assert answer.status_code == 422
    assert answer.json()["code"] == code


async def test_a_made_up_field_name_is_not_repeated(
    client: httpx.AsyncClient, lender: dict[str, str]
) -> None:
    answer = await post(client, lender, '{"<script>alert</script>":1}')

    assert answer.status_code == 422
    assert "script" not in answer.text


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", ""]
)
async def test_a_body_that_is_not_called_json_is_refused(
    client: httpx.AsyncClient, lender: dict[str, str], kind: str
) -> None:
    answer = await client.post(
        ECHO, content=b"{}", headers={"Content-Type": kind, **lender}
    )

    assert answer.status_code == 415
    assert answer.json()["code"] == "media_type_refused"


async def test_a_body_over_a_mebibyte_is_refused(
    client: httpx.AsyncClient, lender: dict[str, str]
) -> None:
    answer = await post(client, lender, b" " * (1024 * 1024 + 1))

    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


async def test_a_body_of_unsaid_length_is_refused_once_it_passes_the_limit(
    client: httpx.AsyncClient, lender: dict[str, str]
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 1
            yield b" " * 65536

    answer = await client.post(
        ECHO, content=endless(), headers={"Content-Type": "application/json", **lender}
    )

    assert answer.status_code == 413


async def test_who_is_unknown_is_refused_before_the_body_is_read(
    client: httpx.AsyncClient,
) -> None:
    answer = await post(client, {}, b"not json")

    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == 'Bearer realm="tonle"'


@pytest.mark.parametrize("role", [Role.SME, Role.OPERATOR, Role.REGULATOR])
async def test_another_role_is_refused(
    client: httpx.AsyncClient, key_for: KeyFor, role: Role
) -> None:
    answer = await post(client, await key_for(role), b"not json")

    assert answer.status_code == 403
    assert answer.json()["code"] == "role_forbidden"


@pytest.mark.parametrize(
    "limit", ["1_0", "%201", "+1", "1.0", "1e1", "\uff11", "១", "-1", "0", "201"]
)
async def test_numbers_in_an_address_are_plain_digits_within_bounds(
    client: httpx.AsyncClient, lender: dict[str, str], limit: str
) -> None:
    party = "party_" + "0" * 26

    answer = await client.get(f"{ECHO}/{party}?limit={limit}", headers=lender)

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
    client: httpx.AsyncClient, lender: dict[str, str], query: str, code: str
) -> None:
    answer = await client.get(f"{ECHO}/party_{'0' * 26}{query}", headers=lender)

    assert answer.status_code == 422
    assert answer.json()["code"] == code


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
    client: httpx.AsyncClient, lender: dict[str, str], text: str
) -> None:
    answer = await client.get(f"{ECHO}/{text}", headers=lender)

    assert answer.status_code == 422
    assert answer.json()["code"] in {"id_malformed", "text_malformed"}


async def test_an_unknown_address_and_method_are_problems_too(
    client: httpx.AsyncClient,
) -> None:
    nowhere = await client.get("/v1/nowhere")
    method = await client.put(ECHO)

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
    client: httpx.AsyncClient, kind: str, status: int, code: str
) -> None:
    answer = await client.get(f"/v1/fail/{kind}")

    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["request_id"] == answer.headers["request-id"]
    assert "secret" not in answer.text
    assert answer.headers.get("retry-after") == ("1" if status == 503 else None)


async def test_a_failure_is_logged_with_its_request_and_without_its_words(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/v1/fail/unknown")

    logged = capsys.readouterr().out
    assert answer.headers["request-id"] in logged
    assert "RuntimeError" in logged
    assert "test_door.py" in logged
    assert "person" not in logged.replace('RuntimeError("secret of a person")', "")


async def test_every_answer_carries_the_security_headers(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/v1/nowhere", "/v1/fail/unknown", "/v1/openapi.json"):
        headers = (await client.get(path, headers={"Request-Id": "mine"})).headers

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
    services: Services, lender: dict[str, str], capsys: pytest.CaptureFixture[str]
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
        "headers": [(b"authorization", lender["Authorization"].encode())],
        "server": ("test", 80),
        "scheme": "http",
        "root_path": "",
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # plain dicts are what a server gives

    assert answers[0]["status"] == 400
    assert "request_failed" not in capsys.readouterr().out
