"""Make a router whose every route is guarded and says how it may refuse."""

from typing import Any

from fastapi import APIRouter

from api.http.guard import GuardedRoute, UploadRoute
from api.problems import MEDIA_TYPE

_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused; code says why.", "content": _PROBLEM},
    "503": {"description": "Busy or away; try again.", "content": _PROBLEM},
}


def make_router(tag: str, *, uploads: bool = False) -> APIRouter:
    """Make the router of one thing people act on."""
    return APIRouter(
        tags=[tag],
        route_class=UploadRoute if uploads else GuardedRoute,
        responses=REFUSALS,
        generate_unique_id_function=lambda route: route.name,
    )
