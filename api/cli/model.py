"""Train a scorecard, watch one, and print its card."""

import importlib
import json
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.opening import with_database
from contracts.documents import Kind, Language, Press, Source
from finance import lending
from ledger.clock import SystemClock, business_date
from ledger.database import Database
from ledger.errors import Unavailable
from risk import modelcard, watch

In = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
Out = Annotated[Path, typer.Argument(dir_okay=False)]
Version = Annotated[str, typer.Option(help="The name the artefact carries for good.")]
Challenger = Annotated[
    bool,
    typer.Option(help="Fit trees by LightGBM instead; they only watch, by no reasons."),
]
Card = Annotated[
    Path | None,
    typer.Option(
        "--model", exists=True, dir_okay=False, help="Expert card if not given."
    ),
]

Decisions = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="CSV; else the database."),
]
People = Annotated[
    Path | None,
    typer.Option(
        "--people",
        exists=True,
        dir_okay=False,
        help="CSV of party, sex, age_band: watched beside decisions, kept nowhere.",
    ),
]

CardFile = Annotated[
    Path | None,
    typer.Argument(exists=True, dir_okay=False, help="Expert card if not given."),
]
Pdf = Annotated[Path | None, typer.Option("--pdf", dir_okay=False)]
Tongue = Annotated[Language, typer.Option(help="The language of the PDF.")]
On = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day the PDF is to carry."),
]


def train(
    data: In, out: Out, version: Version, *, challenger: Challenger = False
) -> None:
    """Fit a scorecard to a CSV of loans and write its artefact.

    Columns: loan, granted_on, outcome (good or bad), and one for each feature.
    """
    _require("train", "numpy", "scipy")
    # Loaded by name, since every other command works without the extras.
    training = importlib.import_module("risk.training")
    fit = training.train
    if challenger:
        _require("challengers", "lightgbm")
        fit = importlib.import_module("risk.training.forest").train_challenger
    artefact = fit(training.read_loans(data), version=version)
    # A tree a line would be as long as the loans.
    indent = None if challenger else 1
    told = json.dumps(artefact, indent=indent, ensure_ascii=False)
    out.write_text(f"{told}\n", "utf-8")
    facts = artefact["training"]
    typer.echo(f"{facts['loans']} loans, {facts['bad']} bad; wrote {out}")
    if not facts["enough_defaults"]:
        typer.echo("fewer than 100 defaults: keep it in shadow")


def _require(extra: str, *names: str) -> None:
    missing = [name for name in names if not find_spec(name)]
    if missing:
        raise Unavailable(f"Training needs {missing[0]}: pip install 'tonle[{extra}]'.")


def watched(
    decisions: Decisions = None, model: Card = None, traits: People = None
) -> None:
    """Write drift, outcomes, challenger, overrides and fairness of decisions as JSON.

    Without a file, the decisions of the card in use are read from the database. Exits 1
    when something asks for a look.
    """
    if decisions is None:
        told = _watch_in_use(watch.read_traits(traits) if traits else None)
    else:
        told = watch.watch_card(
            modelcard.read_artefact(model), watch.read_scored(decisions)
        )
    typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    if told["alarms"]:
        raise typer.Exit(1)


def _watch_in_use(traits: lending.Traits | None) -> dict[str, Any]:
    async def work(db: Database) -> dict[str, Any]:
        return await db.read(lending.watch_in_use, traits=traits)

    return with_database(work)


def card(
    file: CardFile = None,
    model: Card = None,
    *,
    pdf: Pdf = None,
    language: Tongue = Language.ENGLISH,
    on: On = None,
) -> None:
    """Write a scorecard's model card: Markdown to the screen, or a PDF to a file.

    The PDF carries the day the artefact last knows of, else the day given or today; the
    same artefact, language and day give the same bytes.
    """
    artefact = modelcard.read_artefact(file or model)
    if pdf is None:
        typer.echo(modelcard.markdown(artefact), nl=False)
        return
    made_on = on.date() if on else modelcard.dated(artefact)
    source = Source(
        Kind.MODEL_CARD,
        artefact["version"],
        made_on or business_date(SystemClock().now()),
        modelcard.facts(artefact),
    )
    printed = Press().print(source, language)
    pdf.write_bytes(printed.content)
    typer.echo(f"wrote {pdf}, SHA-256 {printed.sha256}")
