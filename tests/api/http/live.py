"""A real server in a thread, for clients that speak over a real socket."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.app import create_app
from api.services import Services
from finance import rails
from ledger.clock import Clock
from ledger.database import Database, close_engine, make_engine
from tests.api.conftest import CUSTODY

START_SECONDS = 20


@contextmanager
def serving(url: str, clock: Clock) -> Iterator[str]:
    """Serve the API over a database; yield where."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()  # who comes before the server is ready waits
    started, servers = threading.Event(), list[uvicorn.Server]()

    async def run() -> None:
        engine = make_engine(url)
        rail = rails.FakeRail(clock)
        db, by_name = Database(engine, clock), {rail.name: rail}
        services = Services(db, by_name, rail.name, custody=CUSTODY)
        config = uvicorn.Config(create_app(services), log_level="error", lifespan="on")
        server = uvicorn.Server(config)
        servers.append(server)
        started.set()
        await server.serve(sockets=[sock])
        await close_engine(engine)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert started.wait(START_SECONDS)
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        servers[0].should_exit = True
        thread.join()
