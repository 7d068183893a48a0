"""Make the application: no globals, everything it needs is given."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI

from api import jobs, problems
from api.http import description
from api.http.edge import Edge
from api.http.routes import ROUTERS
from api.services import Services


def create_app(
    services: Services,
    *,
    duties: Sequence[jobs.Duty] = (),
    routers: Sequence[APIRouter] = ROUTERS,
) -> FastAPI:
    """Make the HTTP interface over its services; ``duties`` it keeps meanwhile."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = asyncio.create_task(jobs.keep_all(duties, stop))
        yield
        stop.set()
        await running

    app = FastAPI(
        title=description.TITLE,
        version=description.VERSION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.services = services
    app.add_middleware(Edge, clock=services.db.clock)
    problems.install(app)
    for router in routers:
        app.include_router(router, prefix="/v1")

    @cache
    def described() -> dict[str, Any]:
        return description.describe(routers)

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way
    return app
