"""The order at the door of a page: who visits, may they, is the form theirs; then the page."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, quote

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api import auth, failures
from api.auth import Caller
from api.http import strict
from api.http.depends import services
from api.http.errors import RoleForbidden, TooLarge
from api.http.guard import access_of
from api.portal import errors
from api.portal.desk import Desk, Portal, refused
from api.portal.sessions import COOKIE, Session, find_standing
from ledger.errors import Refusal, Unavailable

MAX_FORM_BYTES: Final = 64 * 1024
# A table of a hundred columns has a field for each.
MAX_FIELDS: Final = 128
FORM: Final = "application/x-www-form-urlencoded"
FILE_FORM: Final = "multipart/form-data"
_SAFE_SITES: Final = frozenset({"", "same-origin", "none"})

log = structlog.get_logger()


class PageRoute(APIRoute):
    """A page that lets nobody in unless it says whom; saying nothing stops the start."""

    takes_file: ClassVar[bool] = False

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the guard before FastAPI's own reading of the request."""
        inner = super().get_route_handler()
        access = access_of(self)

        async def handler(request: Request) -> Response:
            desk = await visit_desk(request)
            inside = FormRequest(request.scope, request.receive)
            try:
                _admit(request.state.caller, access)
                await _check_form(inside, desk, takes_file=self.takes_file)
                response = await inner(inside)
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
            finally:
                await inside.close()
            final: Desk = request.state.desk
            return final.keep_visit(response)

        return handler


class FilePageRoute(PageRoute):
    """A page whose form carries a file."""

    takes_file = True


def make_pages(*, files: bool = False) -> APIRouter:
    """Make the router of one reader's pages; with ``files`` their forms carry one."""
    kind = FilePageRoute if files else PageRoute
    return APIRouter(route_class=kind, include_in_schema=False)


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


async def _check_form(inside: FormRequest, desk: Desk, *, takes_file: bool) -> None:
    """Read a form and refuse one that was not made for this visit."""
    if inside.method == "GET":
        return
    more = strict.MAX_UPLOAD_BYTES if takes_file else 0
    sent = Request(inside.scope, inside.receive)
    try:
        inside.raw = await strict.read_body(sent, MAX_FORM_BYTES + more)
    except TooLarge:
        raise errors.FileTooLarge if takes_file else errors.FormMalformed from None
    fields = await _file_fields(inside) if takes_file else _fields(inside, inside.raw)
    from_elsewhere = inside.headers.get("sec-fetch-site", "") not in _SAFE_SITES
    if from_elsewhere or not desk.accepts(fields.get("token", "")):
        raise errors.FormStale
    inside.state.form = fields


def _fields(request: Request, raw: bytes) -> dict[str, str]:
    if _media_type(request) != FORM:
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


async def _file_fields(inside: FormRequest) -> dict[str, str]:
    """Read the texts of a form that carries one file; the file waits for the page."""
    if _media_type(inside) != FILE_FORM:
        raise errors.FormMalformed
    try:
        form = await inside.form(max_files=1, max_fields=MAX_FIELDS)
    except HTTPException:
        raise errors.FormMalformed from None
    texts = [(name, part) for name, part in form.multi_items() if isinstance(part, str)]
    for _, text in texts:
        strict.require_storable(text)
    if len(dict(texts)) != len(texts):
        raise errors.FormMalformed
    return dict(texts)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


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
