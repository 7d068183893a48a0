"""Change the scorecard in use from the command line: two operators, each by their key."""

import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from api import auth
from api.auth import Role as CallerRole
from api.cli.opening import with_database
from api.http.errors import RoleForbidden, Unauthenticated
from finance import scorecards
from finance.scorecards import Adopted, Role
from ledger.database import Database, UnitOfWork

app = typer.Typer(
    help="Put a scorecard into use, by two operators.", no_args_is_help=True
)

T = TypeVar("T")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
As = Annotated[Role, typer.Option("--as", help="champion decides, challenger watches.")]
Note = Annotated[str, typer.Option(help="Why, for the record.")]
Key = Annotated[
    str,
    typer.Option(envvar="TONLE_KEY", help="An operator's key; best set in TONLE_KEY."),
]
Approval = Annotated[str, typer.Argument(help="The proposal, as propose named it.")]
Sha256 = Annotated[str, typer.Argument(help="The hash of the card you have read.")]


@app.command()
def propose(file: File, key: Key, note: Note, role: As = Role.CHALLENGER) -> None:
    """Ask a second operator to put the card of a file into a role."""
    proposed = _by(
        key,
        lambda operator: partial(
            scorecards.propose_adoption,
            artefact=file.read_text("utf-8"),
            role=role,
            operator_id=operator,
            note=note,
        ),
    )
    _say({"approval": proposed.id, **proposed.request})


@app.command()
def approve(approval: Approval, sha256: Sha256, key: Key) -> None:
    """Agree, as a second operator, to exactly this card; it is in use from now on."""
    adopted = _by(
        key,
        lambda operator: partial(
            scorecards.approve_adoption,
            approval_id=approval,
            sha256=sha256,
            operator_id=operator,
        ),
    )
    _say(_shown(adopted))


@app.command()
def decline(approval: Approval, key: Key) -> None:
    """Disagree, as a second operator; the card in use stays."""
    declined = _by(
        key,
        lambda operator: partial(
            scorecards.decline_adoption, approval_id=approval, operator_id=operator
        ),
    )
    _say({"approval": declined.id, "status": declined.status})


@app.command("list")
def list_all() -> None:
    """Write who put which card into which role, newest first, and what waits."""

    async def work(db: Database) -> dict[str, Any]:
        waiting = await db.read(scorecards.list_waiting)
        adopted = await db.read(scorecards.list_adoptions)
        return {
            "waiting": [
                {"approval": one.approval.id, **one.approval.request} for one in waiting
            ],
            "adopted": [_shown(one) for one in adopted],
        }

    _say(with_database(work))


def _by(key: str, step: Callable[[Any], Callable[[UnitOfWork], Awaitable[T]]]) -> T:
    """Do a step as the operator whose key it is.

    Raises:
        Unauthenticated, RoleForbidden: It is nobody's key, or not an operator's.
    """

    async def work(db: Database) -> T:
        caller = await db.read(auth.find_caller, shown=key)
        if caller is None:
            raise Unauthenticated
        if caller.role is not CallerRole.OPERATOR:
            raise RoleForbidden
        acting = db.acting(caller.actor("command line"))
        return await acting.transact(step(caller.party))

    return with_database(work)


def _shown(one: Adopted) -> dict[str, Any]:
    return {
        "role": one.adoption.role.value,
        "version": one.version,
        "sha256": one.adoption.scorecard.hex(),
        "approval": one.approval.id,
        "proposed_by": one.approval.proposed_by,
        "approved_by": one.approval.decided_by,
        "adopted_at": one.adoption.adopted_at.isoformat(),
    }


def _say(shown: object) -> None:
    typer.echo(json.dumps(shown, indent=2))
