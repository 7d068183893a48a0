"""Put the commands together, and say every failure in one line."""

import sys
from typing import NoReturn

import typer

from api import failures, witness
from api.cli import (
    adopt,
    calculate,
    database,
    day_end,
    demo,
    keys,
    ledger,
    log,
    model,
    parties,
    portfolio,
    replay,
    score,
    serving,
)
from ledger.errors import Refusal, Unavailable

FAILED = 1
REFUSED = 2
INTERRUPTED = 130

app = typer.Typer(
    name="tonle",
    help="Alternative finance for small and medium enterprises.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(calculate.app, name="calc")
score.app.command()(model.train)
score.app.command("watch")(model.watched)
score.app.command("card")(model.card)
app.add_typer(score.app, name="risk")
score.app.add_typer(portfolio.app, name="portfolio")
score.app.add_typer(adopt.app, name="adopt")
score.app.command("replay")(replay.replay)
app.add_typer(log.app, name="audit")
app.add_typer(witness.app, name="witness")
app.add_typer(database.app, name="db")
app.add_typer(parties.app, name="party")
app.add_typer(keys.app, name="key")
app.add_typer(ledger.app, name="ledger")
app.add_typer(day_end.app, name="day-end")
app.command("serve")(serving.serve)
app.command("demo")(demo.demo)


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    1 means that something failed or a check did not hold, 2 that what was asked was
    refused; either way standard error has one line that says what to do.
    """
    try:
        app()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else FAILED
    except Exception as error:  # noqa: BLE001 - the edge: nobody is shown a trace
        sentence, code = explain(error)
        typer.echo(f"tonle: {sentence}", err=True)
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)


def explain(error: Exception) -> tuple[str, int]:
    """Return one line for a person, and the exit code."""
    match error:
        case Refusal():
            return str(error), REFUSED
        case Unavailable():
            return str(error), FAILED
        case OSError(strerror=str(words), filename=place):
            return f"{words}: {place}" if place else words, FAILED
        case _:
            known = failures.describe(error)
            place = known["frames"][-1:] or [""]
            line = " ".join(str(place[0]).split())
            return f"our fault: {known['error']} {known['words']} at {line}", FAILED
