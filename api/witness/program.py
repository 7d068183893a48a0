"""Run a witness: a program of its own for somebody who is not the log's operator."""

import asyncio
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.listening import listening
from api.witness.application import create_witness_app
from api.witness.joining import find_member, make_member
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
UntilInputEnds = Annotated[
    bool, typer.Option("--until-input-ends", help="End with who holds the other end.")
]


@app.command()
def init(folder: Folder, name: Name) -> None:
    """Make the witness's key; show the half that goes into policies."""
    typer.echo(str(witness.make_cosigner(folder / KEY, name).key))


@app.command("group-key")
def group_key(folder: Folder, name: Name) -> None:
    """Make the witness's BLS key; show its line for the file of a group."""
    member = make_member(folder)
    typer.echo(f"member {name} {member.public.hex()} {member.proof.hex()}")


@app.command()
def serve(
    folder: Folder,
    log: Logs,
    *,
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8100,
    until_input_ends: UntilInputEnds = False,
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
            create_witness_app(one, find_member(folder)),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        server = uvicorn.Server(config)
        if until_input_ends:
            threading.Thread(target=_end_with_input, args=[server], daemon=True).start()
        port = sock.getsockname()[1]
        typer.echo(f"Witnessing as {one.cosigner.name} on http://{host}:{port}")
        # Who reads this reads it from a pipe, which keeps it back otherwise.
        sys.stdout.flush()
        asyncio.run(server.serve(sockets=[sock]))


def _end_with_input(server: uvicorn.Server) -> None:
    """End a server when its input does: however its parent dies, the kernel closes that."""
    while sys.stdin.buffer.read(1):
        pass
    server.should_exit = True


def _read_key(vkey: str) -> audit.LogKey:
    try:
        return audit.LogKey.read(vkey)
    except audit.NoteRefused as error:
        raise Unavailable(f"a log's key cannot be used: {error}") from error
