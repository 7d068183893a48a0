"""Play the demo world once, then serve it; found again at the next start."""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from api import auth, house, world
from api.cli import serving
from api.cli.opening import connected, signer_of
from api.listening import listening
from api.portal import read_people, write_people
from api.services import Services
from api.settings import Settings
from api.world import Played
from finance.rails import FakeRail
from ledger.clock import StoppedClock, SystemClock, business_date
from ledger.errors import Unavailable
from ledger.outbox import AuditMode
from risk import identity

MEMORY: Final = "demo.json"
PEOPLE: Final = "people.json"
EXPORT: Final = "export"
WITNESSES: Final = "witnesses"


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Print a summary as JSON and exit.")
    ] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
) -> None:
    """Play a market of small firms and many lenders, then serve it."""
    settings = Settings(demo_bank=True)
    if once:
        with _witnessed(settings) as settings, house.opened(settings) as urls:
            summary = asyncio.run(_remember(urls.app, settings))
        typer.echo(json.dumps(summary, indent=2))
        if not world.is_sound(summary):
            raise typer.Exit(1)
        return
    with (
        listening(settings.host, port or settings.port) as sock,
        _witnessed(settings) as settings,
        house.opened(settings) as urls,
    ):
        summary = asyncio.run(_remember(urls.app, settings))
        typer.echo(_verdict(summary["audit"]))
        people = read_people(settings.data / PEOPLE)
        asyncio.run(serving.run(urls.app, settings, sock=sock, people=people))


@contextmanager
def _witnessed(settings: Settings) -> Iterator[Settings]:
    """Give the demo's log its witnesses, unless the operator named others or wants no log."""
    if settings.witness_policy is not None or settings.audit is AuditMode.OFF:
        yield settings
        return
    key = signer_of(settings).key
    with world.witnesses_running(settings.data / WITNESSES, key) as asked:
        named = {"witness_policy": asked.policy, "witness_group": asked.group}
        yield settings.model_copy(update=named)


def _verdict(told: Mapping[str, Any]) -> str:
    """Say what the export's own verifier said of it, and who cosigned its head."""
    names = ", ".join(told["witnesses"]) or "nobody"
    return (
        f"The log: {told['entries']} entries, cosigned by {names};"
        f" verify.py --policy says {told['says'][-1]}"
    )


async def _remember(url: str, settings: Settings) -> dict[str, Any]:
    """Return the summary of the world; play it when there is none."""
    file = settings.data / MEMORY
    clock = StoppedClock(world.first_morning(SystemClock().now()))
    async with connected(url, settings, clock=clock) as services:
        parties = await services.db.read(identity.list_parties, limit=1)
        if file.exists():
            await _require_known(services, settings)
            known: dict[str, Any] = json.loads(file.read_text("utf-8"))
            return known
        if parties.items:
            raise Unavailable(
                "this database holds something that is no demo world finished from"
                f" {settings.data}; {_way_out(settings)}"
            )
        return await _play(services, clock, settings)


async def _require_known(services: Services, settings: Settings) -> None:
    """Refuse a folder whose people belong to the world of another database."""
    people = read_people(settings.data / PEOPLE)
    shown = people[0].key if people else ""
    if await services.db.read(auth.find_caller, shown=shown) is None:
        raise Unavailable(
            f"{settings.data} belongs to the demo world of another database;"
            " name another folder with TONLE_DATA"
        )


def _way_out(settings: Settings) -> str:
    if settings.database_url is None:
        return "delete it with: python3 start.py reset"
    return "name the TONLE_DATA it was played from, or another database"


async def _play(
    services: Services, clock: StoppedClock, settings: Settings
) -> dict[str, Any]:
    began = time.monotonic()
    rail = services.providers[services.pays_by]
    if not isinstance(rail, FakeRail):
        raise Unavailable("the demo pays through its own bank only")
    export = settings.data / EXPORT
    shutil.rmtree(export, ignore_errors=True)
    with _progress() as tell:
        played = await world.play(
            services,
            clock=clock,
            rail=rail,
            export_to=export,
            tell=tell,
            until=business_date(SystemClock().now()) - timedelta(days=1),
        )
    return _write_down(played, settings, seconds=time.monotonic() - began)


def _write_down(
    played: Played, settings: Settings, *, seconds: float
) -> dict[str, Any]:
    """Keep the people, and last of all the summary, which says that all is well."""
    write_people(settings.data / PEOPLE, played.people)
    summary = {**played.summary, "seconds": round(seconds, 1)}
    (settings.data / MEMORY).write_text(json.dumps(summary, indent=1), "utf-8")
    return summary


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show on standard error what the world is at."""
    console = Console(file=sys.stderr)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        tasks: list[TaskID] = []

        def tell(words: str) -> None:
            if tasks:
                progress.update(tasks[-1], completed=1)
            tasks.append(progress.add_task(words, total=1))

        yield tell
        if tasks:
            progress.update(tasks[-1], completed=1)
