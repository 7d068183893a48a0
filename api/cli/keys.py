"""Give out and take back API keys, from the machine the platform runs on."""

import json
from typing import Annotated

import typer

from api import auth
from api.auth import Role
from api.cli.opening import with_database
from ledger.database import Database
from ledger.ids import PartyId
from risk import identity

app = typer.Typer(help="API keys.", no_args_is_help=True)

Party = Annotated[str, typer.Option(help="Id of the party, such as party_01m8...")]


@app.command()
def create(party: Party, role: Annotated[Role, typer.Option()]) -> None:
    """Make a key for a party; its secret is shown this once."""

    async def work(db: Database) -> auth.NewKey:
        await db.read(identity.get_party, party_id=PartyId(party))
        return await db.transact(auth.create_key, party=PartyId(party), role=role)

    new = with_database(work)
    shown = {"id": new.key.id, "role": new.key.role, "secret": new.shown}
    typer.echo(json.dumps(shown, indent=2))


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="Such as key_01m8...")]) -> None:
    """Take a key back."""

    async def work(db: Database) -> auth.ApiKey:
        return await db.transact(auth.revoke_key, key_id=key_id)

    typer.echo(f"{with_database(work).id} opens nothing any more.")
