"""Make a router whose every route is guarded and says how it may refuse."""

from typing import Any

from fastapi import APIRouter

from api.http.guard import GuardedRoute, UploadRoute
from api.problems import MEDIA_TYPE, STATUS_OF_KIND, Problem

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
    for status in (*sorted(STATUS_OF_KIND.values()), 503)
}


def make_router(tag: str, *, uploads: bool = False) -> APIRouter:
    """Make the router of one thing people act on."""
    return APIRouter(
        tags=[tag],
        route_class=UploadRoute if uploads else GuardedRoute,
        responses=REFUSALS,
    )
