"""The order at the door: who calls, may they, is the request sound; then the handler."""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api import auth
from api.http import strict
from api.http.depends import services
from api.http.errors import (
    QueryRepeated,
    QueryUnknown,
    RoleForbidden,
    Unauthenticated,
)
from ledger.errors import InvariantBroken

BEARER = "bearer"


class GuardedRoute(APIRoute):
    """A route that lets nobody in unless it says whom; saying nothing stops the start."""

    limit_bytes: ClassVar[int] = strict.MAX_JSON_BYTES

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the guard before FastAPI's own reading of the request."""
        inner = super().get_route_handler()
        access = access_of(self)
        known = {
            param.alias for part in _all(self.dependant) for param in part.query_params
        }
        takes_json = self.body_field is not None

        async def handler(request: Request) -> Response:
            request.state.caller = await _admit(request, access)
            _require_sound_address(request, known)
            inside = strict.StrictRequest(request.scope, request.receive)
            inside.raw = await strict.read_body(request, self.limit_bytes)
            if takes_json and inside.raw:
                strict.require_json(request.headers.get("content-type", ""))
                inside.parsed = strict.parse(inside.raw)
            return await inner(inside)

        return handler


class UploadRoute(GuardedRoute):
    """A guarded route that takes a file as its body."""

    limit_bytes = strict.MAX_UPLOAD_BYTES


def access_of(route: APIRoute) -> auth.Access:
    """Return who may call a route; a route that does not say cannot exist."""
    calls = [part.call for part in _all(route.dependant)]
    declared = {call for call in calls if isinstance(call, auth.Access)}
    if len(declared) != 1:
        raise InvariantBroken(f"{route.path} must say in one way who may call it")
    return declared.pop()


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from _all(part)


async def _admit(request: Request, access: auth.Access) -> auth.Caller | None:
    if not access.roles:
        return None
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != BEARER:
        raise Unauthenticated
    caller = await services(request).db.read(auth.find_caller, shown=shown.strip())
    if caller is None:
        raise Unauthenticated
    if caller.role not in access.roles:
        raise RoleForbidden
    return caller


def _require_sound_address(request: Request, known: set[str]) -> None:
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) != len(names):
        raise QueryRepeated
    if not known.issuperset(names):
        raise QueryUnknown(known=", ".join(sorted(known)) or "-")
    for value in (*request.query_params.values(), *request.path_params.values()):
        strict.require_storable(str(value))
