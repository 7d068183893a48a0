"""Seal the audit log, and hand it to whoever wants to verify it."""

from pathlib import Path
from typing import Annotated

import typer

from api import quorum
from api.cli.opening import policy_of, second_of, signer_of, with_database
from api.jobs import witnesses
from api.settings import Settings
from contracts.quorum import QuorumRefused, read_group
from ledger import audit
from ledger.clock import SystemClock
from ledger.database import Database
from ledger.errors import Unavailable

app = typer.Typer(help="The audit log.", no_args_is_help=True)


@app.command()
def seal() -> None:
    """Seal everything that waits."""
    signer = signer_of(Settings())

    async def work(db: Database) -> int:
        added, sealer = 0, audit.Sealer(db, signer)
        while sealed := await sealer.seal():
            added += sealed.added
        return added

    typer.echo(f"Sealed {with_database(work)} entries.")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A new or empty one.")],
    wait: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds for the witnesses.")
    ] = quorum.WAIT_SECONDS,
) -> None:
    """Write the log with its verifier into a folder."""
    signer = signer_of(Settings())
    key, policy = signer.key, policy_of(Settings(), signer)

    async def work(db: Database) -> audit.Exported:
        asking = witnesses.Round(db, policy) if policy else None
        await quorum.reach(db, policy, asking=asking, seconds=wait)
        return await db.read(audit.export_bundle, folder, key=key, policy=policy)

    done = with_database(work)
    typer.echo(f"Exported {done.size} entries to {done.folder}.")
    if policy:
        typer.echo(_standing(done))
    # Key and policy go another way than the export: those in it prove nothing.
    trust = f"--policy {Settings().witness_policy}" if policy else f"--key {key}"
    typer.echo(f"python3 {done.folder}/verify.py {done.folder} {trust}")


@app.command("check-quorum")
def check_quorum(
    checkpoint: Annotated[Path, typer.Argument(help="A signed head.")],
    policy: Annotated[Path, typer.Argument(help="Whose own lines must be there.")],
    group: Annotated[Path, typer.Argument(help="Members with keys and proofs.")],
) -> None:
    """Check the BLS line that witnesses gave together; verify.py does not."""
    try:
        believed = audit.Policy.read(policy.read_bytes())
        members = read_group(group.read_bytes())
        note, now = checkpoint.read_bytes().decode(), SystemClock().now()
        found = quorum.check_line(note, members, believed, now)
    except (UnicodeDecodeError, audit.PolicyRefused, QuorumRefused) as error:
        raise Unavailable(f"the line is not believed: {error}") from error
    of = f"{len(found.names)} of {len(members.members)}"
    typer.echo(f"Signed by {of} at {found.at:%Y-%m-%dT%H:%M:%SZ}:")
    typer.echo(" ".join(found.names))


@app.command("second-key")
def second_key() -> None:
    """Print the public key of the heads' second line, ML-DSA-44."""
    typer.echo(str(second_of(Settings()).key))


@app.command("check-second")
def check_second(
    checkpoint: Annotated[Path, typer.Argument(help="A signed head.")],
    key: Annotated[str, typer.Argument(help="As `tonle audit second-key` prints it.")],
) -> None:
    """Check the second line under a head; verify.py does not."""
    try:
        note = checkpoint.read_bytes().decode()
        at = audit.check_second(note, audit.SecondKey.read(key))
    except (UnicodeDecodeError, audit.NoteRefused) as error:
        raise Unavailable(f"the line is not believed: {error}") from error
    typer.echo(f"Signed by ML-DSA-44 at {at:%Y-%m-%dT%H:%M:%SZ}.")


def _standing(done: audit.Exported) -> str:
    """Say whether the export's head has the quorum, and what it means when it has not."""
    if done.is_witnessed:
        return "Its head is witnessed: it has the quorum of the policy."
    return (
        "Its head is NOT witnessed: the quorum of the policy did not come in time."
        " verify.py --policy cannot decide; export again when the witnesses are back."
    )
