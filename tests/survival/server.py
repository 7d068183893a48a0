"""A real server in a process of its own, that can really be killed."""

import asyncio
import multiprocessing
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from api.cli import serving
from api.listening import listening
from api.settings import Settings
from ledger.clock import SystemClock

START_SECONDS = 30
_context = multiprocessing.get_context("forkserver")
# The fork server loads the program once, so that each start takes milliseconds.
_context.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class ShiftedClock:
    """A clock that runs ahead of the machine's."""

    ahead: timedelta

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


def _serve(url: str, port: int, data: str, ahead: timedelta) -> None:
    settings = Settings(data=Path(data), demo_bank=True)
    clock = ShiftedClock(ahead)
    with listening("127.0.0.1", port) as sock:
        asyncio.run(serving.run(url, settings, sock=sock, clock=clock))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Server:
    """Where the server listens, and what it needs to be started again."""

    url: str
    data: Path
    ahead: timedelta = timedelta()
    port: int = field(default_factory=free_port)
    process: BaseProcess | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait: bool = True) -> None:
        self.process = _context.Process(
            target=_serve,
            args=(self.url, self.port, str(self.data), self.ahead),
            daemon=True,
        )
        self.process.start()
        if wait:
            self.wait()

    def wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.01)
        raise TimeoutError("the server did not start")

    def kill(self) -> None:
        """Kill it the way nothing can be prepared for: SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None
