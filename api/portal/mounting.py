"""Put the pages beside the API: their routes, and their look for what is not found."""

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from api import problems
from api.portal import entrance, pages
from api.portal.desk import Portal, refused
from api.portal.errors import PageUnknown
from api.portal.guard import visit_desk

API_PREFIX = "/v1/"
NOT_FOUND = 404
ROUTERS = (entrance.router, entrance.files, *pages.ROUTERS)


def mount(app: FastAPI, portal: Portal | None = None) -> None:
    """Serve the pages from an application made by ``create_app``."""
    app.state.portal = portal or Portal()
    for router in ROUTERS:
        app.include_router(router)

    async def lost(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(API_PREFIX):
            return problems.answer(request, error)
        desk = await visit_desk(request)
        unknown = isinstance(error, HTTPException) and error.status_code == NOT_FOUND
        return desk.keep_visit(refused(desk, PageUnknown() if unknown else error))

    app.add_exception_handler(HTTPException, lost)
