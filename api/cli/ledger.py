"""Read the books and check their laws."""

import json
from collections import Counter
from dataclasses import asdict

import typer

from api import laws
from api.cli.opening import with_database
from ledger import invariants, statements
from ledger.database import Database

app = typer.Typer(help="The books.", no_args_is_help=True)


@app.command("trial-balance")
def trial_balance() -> None:
    """Write debits and credits of every kind of account, and their sums, as JSON."""

    async def work(db: Database) -> list[statements.TrialLine]:
        return await db.read(statements.trial_balance)

    lines = with_database(work)
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.asset] += line.debits - line.credits
    shown = {"lines": [asdict(line) for line in lines], "sums": dict(sums)}
    typer.echo(json.dumps(shown, indent=2))
    if any(sums.values()):
        raise typer.Exit(1)


@app.command()
def check() -> None:
    """Check the laws of the books; exit 1 and name the place when one is broken."""

    async def work(db: Database) -> list[invariants.Breach]:
        return await db.read(invariants.find_breaches, laws.BOOKS)

    breaches = with_database(work)
    for breach in breaches:
        typer.echo(f"{breach.law.name}: {breach.where}: {breach.off_by}", err=True)
    if breaches:
        raise typer.Exit(1)
    typer.echo("Every law of the books holds.")
