"""The risk of the whole loan book: provisions, a simulated bad year, early warning."""

import json
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from api import sheets, tape
from api.cli.opening import with_database
from api.jobs import risks
from finance import lending
from ledger.database import Database
from ledger.errors import Unavailable
from ledger.money import BPS_PER_ONE
from ledger.outbox import Actor
from risk import losses
from risk.losses import Obligor
from risk.provisions import IMPAIRED

app = typer.Typer(help="The risk of the loan book.", no_args_is_help=True)

_OPERATOR: Final = Actor("operator", "command line")
Paths = Annotated[int, typer.Option(min=100, max=losses.MAX_PATHS)]
Seed = Annotated[int, typer.Option(help="The same seed gives the same draw.")]


@app.command()
def show() -> None:
    """Write stages, expected loss, classes and stresses of every currency as JSON."""
    _say([lending.book_json(book) for book in with_database(_books)])


@app.command()
def simulate(paths: Paths = losses.DEFAULT_PATHS, seed: Seed = 1) -> None:
    """Draw a year's losses of the book many times and write their quantiles."""
    _say(
        [
            {"currency": book.currency.value, "loans": len(book.loans), "seed": seed}
            | asdict(losses.simulate(obligors_of(book), paths=paths, seed=seed))
            for book in with_database(_books)
        ]
    )


@app.command()
def rescore() -> None:
    """Look at every running loan that was not looked at this month.

    Ends with 1 when some could not be looked at; the others were.
    """
    done = with_database(look_again)
    _say(done)
    if done["failed"]:
        raise typer.Exit(1)


async def look_again(db: Database) -> dict[str, Any]:
    """Look at each loan that is due for it, whatever happens to the one before it."""
    acting, last = db.acting(_OPERATOR), None
    seen, failed = 0, []
    while due := await db.read(lending.list_due, after=last):
        for loan_id in due:
            try:
                await acting.transact(lending.rescore_loan, loan_id=loan_id)
                seen += 1
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - told below, loan by loan
                failed.append({"loan": loan_id, "error": type(error).__name__})
        last = due[-1]
    warned = await db.read(lending.list_warned)
    return {
        "looked_at": seen,
        "failed": failed,
        "warned": [
            {
                "loan": one.loan.id,
                "pd_bps": one.rescore.pd_bps,
                "grade": one.rescore.grade,
                "signals": one.rescore.signals,
            }
            for one in warned
        ],
    }


@app.command("tape")
def write_tape() -> None:
    """Write the loan tape as CSV: a line a loan, as agreed, as it stands, its class."""
    lines = with_database(_tape)
    typer.echo(sheets.CSV.write(tape.table_of(lines), ""), nl=False)


def obligors_of(book: lending.Book) -> list[Obligor]:
    """Return the loans that may still default, with what would be lost of each."""
    return [
        Obligor(
            one.pd_bps, one.gross.minor * one.tagged.exposure.lgd_bps // BPS_PER_ONE
        )
        for one in book.loans
        if one.stage != IMPAIRED
    ]


async def _books(db: Database) -> list[lending.Book]:
    await _keep_risks(db)
    return await db.read(lending.assess_book)


async def _tape(db: Database) -> list[lending.TapeLine]:
    await _keep_risks(db)
    return await db.read(lending.read_tape)


async def _keep_risks(db: Database) -> None:
    while await risks.keep(db):
        pass


def _say(shown: object) -> None:
    typer.echo(json.dumps(shown, indent=2))
