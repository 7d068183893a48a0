"""Read a request's body once, within a limit, as JSON that has only one meaning."""

import json
from typing import Any, NoReturn

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.http.errors import (
    JsonMalformed,
    JsonNotANumber,
    JsonRepeatsName,
    JsonTooDeep,
    MediaTypeRefused,
    RequestMalformed,
    TextMalformed,
    TooLarge,
)

MAX_JSON_BYTES = 1024 * 1024
MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 16
JSON = "application/json"


class StrictRequest(Request):
    """A request whose JSON has been read already, by our rules."""

    raw: bytes = b""
    parsed: Any = None

    async def body(self) -> bytes:
        """Return the bytes the guard has read."""
        return self.raw

    async def json(self) -> Any:
        """Return what they mean."""
        return self.parsed


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """Read the whole body, or refuse it as soon as it passes the limit."""
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()) or int(declared) > limit_bytes:
        raise TooLarge
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit_bytes:
                raise TooLarge
    except ClientDisconnect:
        raise RequestMalformed from None
    return bytes(body)


def require_json(content_type: str) -> None:
    """Refuse a body that does not call itself JSON, so no form reaches a command."""
    if content_type.partition(";")[0].strip().lower() != JSON:
        raise MediaTypeRefused(expected=JSON)


def parse(body: bytes) -> Any:
    """Read JSON in UTF-8: no name twice, no NaN, not deep, no text we cannot store."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
        )
    except RecursionError:
        raise JsonTooDeep from None
    except ValueError:
        raise JsonMalformed from None
    _require_plain(value, MAX_DEPTH)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonRepeatsName
    return found


def _constant(_: str) -> NoReturn:
    raise JsonNotANumber


def _require_plain(value: Any, depth_left: int) -> None:
    if depth_left == 0:
        raise JsonTooDeep
    match value:
        case str():
            require_storable(value)
        case dict():
            for name, part in value.items():
                require_storable(name)
                _require_plain(part, depth_left - 1)
        case list():
            for part in value:
                _require_plain(part, depth_left - 1)


def require_storable(text: str) -> None:
    """Refuse a NUL, which PostgreSQL does not keep, and half of a surrogate pair."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise TextMalformed
