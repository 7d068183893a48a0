"""Every error as one kind of document: RFC 9457, translated, never echoing input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import failures
from api.http import errors, fields
from api.http.language import preferred, say
from ledger.errors import Refusal, Unavailable
from ledger.idempotency import StillRunning

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "1"

STATUS_OF_KIND: Mapping[str, int] = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "too_large": 413,
    "unsupported": 415,
    "invalid": 422,
}

TITLES: Mapping[int, str] = {
    400: "The request is incomplete",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not offered here",
    409: "Not possible now",
    413: "Too large",
    415: "Format not accepted",
    422: "Cannot be accepted",
    500: "Our fault",
    503: "Try again later",
}

INTERNAL = "Something failed on our side. Tell the operator the request id."
UNAVAILABLE = "The service is busy or away. Send the same request again in a moment."

log = structlog.get_logger()


class FieldProblem(BaseModel):
    """One wrong field: where it is and what is wrong with it."""

    field: str
    code: str
    detail: str


class Problem(BaseModel):
    """An RFC 9457 document: ``code`` is stable for programs, ``detail`` for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    facts: dict[str, str | int] = {}
    errors: list[FieldProblem] = []


@dataclass(frozen=True)
class Trouble:
    """What is to be said of an error, before the reader's language is known."""

    status: int
    code: str
    sentence: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    wrong: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def trouble_of(error: Exception) -> Trouble:
    """Find what to say of an error; the one place where a kind becomes a status."""
    match error:
        case Refusal():
            return _of_refusal(error)
        case Unavailable():
            retry = {"Retry-After": RETRY_AFTER_SECONDS}
            return Trouble(503, "unavailable", UNAVAILABLE, headers=retry)
        case RequestValidationError():
            wrong = fields.named(error.errors())
            return Trouble(422, wrong[0][1], errors.RequestInvalid.message, wrong=wrong)
        case HTTPException():
            return _of_http(error)
        case _:
            return Trouble(500, "internal", INTERNAL)


def _of_refusal(refusal: Refusal) -> Trouble:
    headers = {}
    if isinstance(refusal, StillRunning):
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    if isinstance(refusal, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="tonle"'
    return Trouble(
        STATUS_OF_KIND[refusal.kind],
        refusal.code,
        refusal.message,
        facts=refusal.facts,
        headers=headers,
    )


def _of_http(error: HTTPException) -> Trouble:
    """Say what the framework itself refuses: routing, and requests broken as HTTP."""
    refusal: type[Refusal] = {
        404: errors.RouteUnknown,
        405: errors.MethodNotAllowed,
        413: errors.TooLarge,
    }.get(error.status_code, errors.RequestMalformed)
    return Trouble(
        STATUS_OF_KIND[refusal.kind],
        refusal.code,
        refusal.message,
        headers=error.headers or {},
    )


def answer(request: Request, error: Exception) -> Response:
    """Write the problem document of an error in the reader's language."""
    trouble = trouble_of(error)
    if trouble.status >= 500:  # noqa: PLR2004 - the boundary of HTTP's own classes
        log.error(
            "request_failed",
            request_id=request.state.request_id,
            **failures.describe(error),
        )
    language = preferred(request.headers.get("accept-language"))
    document = Problem(
        type=f"urn:tonle:problem:{trouble.code}",
        title=say(language, TITLES[trouble.status]),
        status=trouble.status,
        code=trouble.code,
        detail=say(language, trouble.sentence, trouble.facts),
        request_id=request.state.request_id,
        facts=dict(trouble.facts),
        errors=[
            FieldProblem(
                field=place, code=code, detail=say(language, fields.MESSAGES[code])
            )
            for place, code in trouble.wrong
        ],
    )
    return JSONResponse(
        document.model_dump(mode="json", exclude_defaults=True),
        status_code=trouble.status,
        headers={**trouble.headers, "Content-Language": language},
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Make everything an application refuses a problem document."""

    async def handler(request: Request, error: Exception) -> Response:
        return answer(request, error)

    for kind in (Refusal, Unavailable, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handler)
