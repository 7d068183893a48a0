"""The order at the door of a page: who visits, may they, is the form theirs; then the page."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from api import auth, failures
from api.auth import Caller
from api.http import strict
from api.http.depends import services
from api.http.errors import RoleForbidden
from api.http.guard import access_of
from api.portal import errors
from api.portal.desk import Desk, Portal, refused
from api.portal.sessions import COOKIE, Session, find_standing
from ledger.errors import Refusal, Unavailable

MAX_FORM_BYTES: Final = 64 * 1024
MAX_FIELDS: Final = 32
FORM: Final = "application/x-www-form-urlencoded"
_SAFE_SITES: Final = frozenset({"", "same-origin", "none"})

log = structlog.get_logger()


class PageRoute(APIRoute):
    """A page that lets nobody in unless it says whom; saying nothing stops the start."""

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the guard before FastAPI's own reading of the request."""
        inner = super().get_route_handler()
        access = access_of(self)

        async def handler(request: Request) -> Response:
            desk = await visit_desk(request)
            try:
                _admit(request.state.caller, access)
                response = await inner(await _form_checked(request, desk))
            except errors.SignInNeeded:
                return desk.keep_visit(_to_sign_in(request))
            except RequestValidationError:
                return desk.keep_visit(refused(desk, _unreadable(request)))
            except (Refusal, Unavailable) as trouble:
                return desk.keep_visit(refused(desk, trouble))
            except ClientDisconnect:
                return Response(status_code=400)  # Nobody is there to read it.
            except Exception as error:  # noqa: BLE001 - the edge of a page
                _tell(request, error)
                return desk.keep_visit(refused(desk, error))
            final: Desk = request.state.desk
            return final.keep_visit(response)

        return handler


def make_pages() -> APIRouter:
    """Make the router of one reader's pages."""
    return APIRouter(route_class=PageRoute, include_in_schema=False)


class FormRequest(Request):
    """A request whose body has been read already, within a limit."""

    raw: bytes = b""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Give the body once more."""
        yield self.raw


async def visit_desk(request: Request) -> Desk:
    """Recognise a visitor by their cookie; anybody else begins a new visit."""
    db = services(request).db
    now = db.clock.now()
    portal: Portal = request.app.state.portal
    session = portal.seal.read(request.cookies.get(COOKIE, ""), now)
    caller = None
    if session and session.key:
        caller = await db.read(find_standing, session=session)
    request.state.caller = caller
    desk = Desk(request, session.seen(now) if session else Session.begin(now))
    request.state.desk = desk
    return desk


def _admit(caller: Caller | None, access: auth.Access) -> None:
    if not access.roles:
        return
    if caller is None:
        raise errors.SignInNeeded
    if caller.role not in access.roles:
        raise RoleForbidden


async def _form_checked(request: Request, desk: Desk) -> FormRequest:
    """Read a form and refuse one that was not made for this visit."""
    inside = FormRequest(request.scope, request.receive)
    if request.method == "GET":
        return inside
    inside.raw = await strict.read_body(request, MAX_FORM_BYTES)
    fields = _fields(request, inside.raw)
    from_elsewhere = request.headers.get("sec-fetch-site", "") not in _SAFE_SITES
    if from_elsewhere or not desk.accepts(fields.get("token", "")):
        raise errors.FormStale
    request.state.form = fields
    return inside


def _fields(request: Request, raw: bytes) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise errors.FormMalformed
    with suppress(ValueError):
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
        for _, text in pairs:
            strict.require_storable(text)
        if len(dict(pairs)) == len(pairs):
            return dict(pairs)
    raise errors.FormMalformed


def _unreadable(request: Request) -> Refusal:
    """Say of an address or a form that FastAPI could not read what a reader needs."""
    return errors.PageUnknown() if request.method == "GET" else errors.FormMalformed()


def _tell(request: Request, error: Exception) -> None:
    # Not log.exception: an error's own text may hold people's data.
    log.error(
        "page_failed",
        request_id=request.state.request_id,
        **failures.describe(error),
    )


def _to_sign_in(request: Request) -> Response:
    path = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?next={quote(path, safe='/')}", status_code=303)
