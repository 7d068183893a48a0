"""Seal the audit log, and hand it to whoever wants to verify it."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.opening import policy_of, signer_of, with_database
from api.settings import Settings
from ledger import audit
from ledger.database import Database

app = typer.Typer(help="The audit log.", no_args_is_help=True)


@app.command()
def seal() -> None:
    """Seal everything that waits."""
    signer = signer_of(Settings())

    async def work(db: Database) -> int:
        added = 0
        while sealed := await db.transact(audit.seal, signer):
            added += sealed.added
        return added

    typer.echo(f"Sealed {with_database(work)} entries.")


@app.command()
def export(folder: Annotated[Path, typer.Argument(help="A new or empty one.")]) -> None:
    """Write the log with its verifier into a folder."""
    signer = signer_of(Settings())
    key, policy = signer.key, policy_of(Settings(), signer)

    async def work(db: Database) -> audit.Exported:
        return await db.read(audit.export_bundle, folder, key, policy)

    done = with_database(work)
    standing = ", witnessed" if done.is_witnessed else ""
    typer.echo(f"Exported {done.size} entries to {done.folder}{standing}.")
    # The key goes another way than the export: one in the export proves nothing.
    typer.echo(f"python3 {done.folder}/verify.py {done.folder} --key {key}")
