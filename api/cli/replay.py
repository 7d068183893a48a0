"""Make a decision again from the files that were kept, and say what differs."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from api.cli.opening import with_database
from finance import lending
from ledger.database import Database

Decision = Annotated[str, typer.Argument(help="The application that was decided on.")]


def replay(application: Decision) -> None:
    """Decide again on an application and compare with the record; exit 1 on a difference."""

    async def work(db: Database) -> dict[str, Any]:
        found = await db.read(lending.replay_decision, application_id=application)
        return asdict(found) | {"matches": found.matches}

    told = with_database(work)
    typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    if not told["matches"]:
        raise typer.Exit(1)
