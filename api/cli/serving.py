"""Serve the platform on this machine."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Annotated

import typer
import uvicorn

from api import house, jobs, portal
from api.app import create_app
from api.cli.opening import connected
from api.http.routes import ROUTERS
from api.listening import listening
from api.portal import Person, Portal, load_seal
from api.settings import Settings
from api.world import bank as demo_bank
from ledger import memory
from ledger.clock import Clock

SHUTDOWN_SECONDS = 20


def serve(
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
) -> None:
    """Serve the API and the pages until interrupted."""
    settings = Settings()
    with (
        listening(settings.host, port or settings.port) as sock,
        house.opened(settings) as urls,
    ):
        asyncio.run(run(urls.app, settings, sock=sock))


async def run(
    url: str,
    settings: Settings,
    *,
    sock: socket.socket,
    clock: Clock | None = None,
    people: Sequence[Person] = (),
) -> None:
    """Serve until interrupted; requests that have begun are finished."""
    async with connected(url, settings, clock=clock) as services:
        bank = [demo_bank.router] if settings.demo_bank else []
        app = create_app(
            services, duties=jobs.duties_of(services), routers=[*ROUTERS, *bank]
        )
        portal.mount(app, Portal(load_seal(settings.data / "portal-secret"), people))
        config = uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        host, port = sock.getsockname()
        memory.settle()
        typer.echo(f"Serving on http://{host}:{port}")
        await uvicorn.Server(config).serve(sockets=[sock])
