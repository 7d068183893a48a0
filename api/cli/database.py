"""Bring the database's tables up to date."""

import typer

from api import house
from api.settings import Settings

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Make ``migrate`` a command below ``db``."""


@app.command()
def migrate() -> None:
    """Make roles, database and tables, or bring them up to date."""
    with house.opened(Settings()):
        typer.echo("The database is up to date.")
