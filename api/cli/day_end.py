"""Count business dates by hand, see how far they are, and answer the clock's alarm."""

import json
from typing import Any

import typer

from api.cli.opening import with_database
from api.jobs import days
from finance.lending import dayend
from ledger.database import Database
from ledger.outbox import Actor

app = typer.Typer(help="The day-end of all loans.", no_args_is_help=True)

_OPERATOR = Actor("operator", "command line")


@app.command()
def run() -> None:
    """Count every business date up to today; again, or beside a server, changes nothing."""

    async def work(db: Database) -> dict[str, Any]:
        await days.count_days(db)
        return await _standing(db)

    _say(with_database(work))


@app.command()
def show() -> None:
    """Show the last date, how many loans wait for it, and a stopped clock; exit 1 then."""
    _say(with_database(_standing))


@app.command()
def resume() -> None:
    """Say that the clock is right, and count the days that were missed, in order."""

    async def work(db: Database) -> dict[str, Any]:
        await db.acting(_OPERATOR).transact(dayend.trust_clock)
        await days.count_days(db)
        return await _standing(db)

    _say(with_database(work))


async def _standing(db: Database) -> dict[str, Any]:
    latest = (await db.read(dayend.list_days))[:1]
    stop = await db.read(dayend.find_stop)
    shown: dict[str, Any] = {"date": None, "waiting": 0, "clock_stopped": None}
    for day in latest:
        waiting = await db.read(dayend.count_waiting, day=day.business_date)
        shown |= {"date": day.business_date.isoformat(), "waiting": waiting}
    if stop is not None:
        seen_on, last_on = stop.seen_on.isoformat(), stop.last_on.isoformat()
        shown["clock_stopped"] = {"last_on": last_on, "seen_on": seen_on}
    return shown


def _say(shown: dict[str, Any]) -> None:
    typer.echo(json.dumps(shown, indent=2))
    if shown["waiting"] or shown["clock_stopped"]:
        raise typer.Exit(1)
