"""Score statement files without a database."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from ledger.clock import SystemClock, business_date
from risk import calculators, statements
from risk.statements import Profile

app = typer.Typer(help="Risk.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day to judge on; today by default."),
]
Instalment = Annotated[
    int,
    typer.Option(min=1, help="The payment a month to judge by, in minor units."),
]


@app.callback()
def _group() -> None:
    """Make ``score`` a command below ``risk``."""


@app.command()
def score(files: Files, as_of: AsOf = None, instalment: Instalment = 10_000) -> None:
    """Write features, score, grade and reasons of statement files as JSON.

    Exits 1 when a file was refused.
    """
    on = as_of.date() if as_of else business_date(SystemClock().now())
    named = [(file.name, _start_of(file)) for file in files]
    scored = calculators.score_files(named, on, instalment)
    typer.echo(json.dumps(scored, indent=2, ensure_ascii=False))
    if any("refused" in file for file in scored["files"]):
        raise typer.Exit(1)


@app.command()
def sample() -> None:
    """Write a year of a made-up firm's account, up to yesterday, as a bank's CSV."""
    yesterday = business_date(SystemClock().now()) - timedelta(days=1)
    made_up = statements.sample_statement(1, Profile.STRONG, ends_on=yesterday)
    typer.echo(made_up, nl=False)


def _start_of(file: Path) -> bytes:
    """Read a file no further than tells that it is too large."""
    with file.open("rb") as content:
        return content.read(statements.MAX_BYTES + 1)
