"""Take in the first people, before anybody has a key."""

import json
from typing import Annotated

import typer

from api.cli.opening import with_database
from ledger.database import Database
from risk import identity
from risk.identity import Party, PartyKind

app = typer.Typer(help="Who takes part.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Make ``add`` a command below ``party``."""


@app.command()
def add(
    name: Annotated[str, typer.Option()],
    kind: Annotated[PartyKind, typer.Option()] = PartyKind.PERSON,
    country: Annotated[str, typer.Option(help="Such as KH.")] = "KH",
    *,
    abroad: Annotated[
        bool, typer.Option("--abroad", help="Pays tax in another country.")
    ] = False,
) -> None:
    """Take in a person or a firm; nothing is believed about them yet."""

    async def work(db: Database) -> Party:
        return await db.transact(
            identity.register_party,
            kind=kind,
            name=name,
            country=country,
            tax_resident=not abroad,
        )

    party = with_database(work)
    typer.echo(json.dumps({"id": party.id, "name": party.name}, ensure_ascii=False))
