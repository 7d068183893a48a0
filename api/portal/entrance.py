"""The ways in and out: start, sign in, sign out, language, the pages' own files."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from api import auth, problems
from api.auth import Caller
from api.http.callers import Anyone
from api.http.guard import GuardedRoute
from api.http.language import LANGUAGES
from api.portal import errors, static
from api.portal.desk import HOMES, LANGUAGE_COOKIE, At, Desk
from api.portal.fields import Text
from api.portal.guard import make_pages
from api.portal.sessions import Session, end_visit

YEAR_SECONDS: Final = 365 * 24 * 3600

Onward = Annotated[str, Query(alias="next")]

router = make_pages()
files = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/")
async def start(desk: At, _: Anyone) -> Response:
    """Lead a reader to their own first page."""
    return RedirectResponse(desk.home, status_code=303)


@router.get("/sign-in")
async def show_sign_in(desk: At, _: Anyone, onward: Onward = "/") -> Response:
    """Ask who is there."""
    return _sign_in_page(desk, onward)


@router.post("/sign-in")
async def sign_in(
    desk: At, _: Anyone, key: Text, onward: Annotated[str, Form(alias="next")] = "/"
) -> Response:
    """Begin a visit with a key."""
    caller = await desk.db.read(auth.find_caller, shown=key.strip())
    if caller is None:
        trouble = problems.trouble_of(errors.KeyUnknown())
        return _sign_in_page(replace(desk, trouble=trouble), onward)
    return await _begin(desk, caller, onward)


@router.post("/sign-in/demo")
async def sign_in_as(
    desk: At, _: Anyone, person: Annotated[int, Form(ge=0)]
) -> Response:
    """Begin a visit as one of the demo's people."""
    if person >= len(desk.portal.people):
        raise errors.PageUnknown
    shown = desk.portal.people[person].key
    caller = await desk.db.read(auth.find_caller, shown=shown)
    if caller is None:
        raise errors.KeyUnknown
    return await _begin(desk, caller, "/")


@router.post("/sign-out")
async def sign_out(desk: At, _: Anyone) -> Response:
    """End the visit."""
    await _end(desk)
    desk.request.state.desk = replace(desk, session=Session.begin(desk.now))
    return RedirectResponse("/sign-in", status_code=303)


@router.get("/language/{language}")
async def choose_language(language: str, _: Anyone, back: str = "/") -> Response:
    """Keep a reader's choice of language for a year."""
    if language not in LANGUAGES:
        raise errors.PageUnknown
    response = RedirectResponse(_own(back), status_code=303)
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="lax", httponly=True
    )
    return response


@files.get("/static/{name}")
async def give_file(name: str, _: Anyone) -> Response:
    """Give a file of the pages; its address changes with its bytes."""
    file = static.all_files().get(name)
    if file is None:
        raise errors.PageUnknown
    lasting = f"public, max-age={YEAR_SECONDS}, immutable"
    return Response(
        file.body, media_type=file.media_type, headers={"Cache-Control": lasting}
    )


def _sign_in_page(desk: Desk, next_path: str) -> Response:
    return desk.page(
        "sign_in.html", next=_own(next_path), people=list(enumerate(desk.portal.people))
    )


async def _end(desk: Desk) -> None:
    """End the visit of whoever is signed in."""
    if desk.caller is not None:
        await desk.db.transact(end_visit, session=desk.session)


async def _begin(desk: Desk, caller: Caller, next_path: str) -> Response:
    await _end(desk)
    session = Session.begin(desk.now, key=caller.key)
    desk.request.state.desk = replace(desk, session=session)
    path = _own(next_path)
    home = HOMES[caller.role]
    return RedirectResponse(home if path == "/" else path, status_code=303)


def _own(path: str) -> str:
    """Return a path of this site, whatever was asked for."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside and path.isascii() and path.isprintable() else "/"
