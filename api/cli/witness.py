"""Run a witness: a program of its own for somebody who is not the log's operator."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.cli.serving import listening
from api.witness import create_witness_app
from ledger import audit
from ledger.audit import witness
from ledger.clock import SystemClock
from ledger.errors import Unavailable

app = typer.Typer(help="Witness logs of others.", no_args_is_help=True)

KEY = "witness.key"
HEADS = "witness.db"
SHUTDOWN_SECONDS = 5

Folder = Annotated[Path, typer.Argument(help="Where key and newest heads are kept.")]
Name = Annotated[str, typer.Argument(help="Such as regulator.example/w1.")]
Logs = Annotated[list[str], typer.Option("--log", help="A log's verifier key.")]


@app.command()
def init(folder: Folder, name: Name) -> None:
    """Make the witness's key; show the half that goes into policies."""
    typer.echo(str(witness.make_cosigner(folder / KEY, name).key))


@app.command()
def serve(
    folder: Folder,
    log: Logs,
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8100,
) -> None:
    """Cosign what these logs submit, until interrupted."""
    one = witness.Witness(
        witness.load_cosigner(folder / KEY),
        [_read_key(vkey) for vkey in log],
        witness.Store(folder / HEADS),
        SystemClock(),
    )
    with listening(host, port) as sock:
        config = uvicorn.Config(
            create_witness_app(one),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        port = sock.getsockname()[1]
        typer.echo(f"Witnessing as {one.cosigner.name} on http://{host}:{port}")
        asyncio.run(uvicorn.Server(config).serve(sockets=[sock]))


def _read_key(vkey: str) -> audit.LogKey:
    try:
        return audit.LogKey.read(vkey)
    except audit.NoteRefused as error:
        raise Unavailable(f"a log's key cannot be used: {error}") from error
