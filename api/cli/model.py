"""Train a scorecard, watch one, and print its card."""

import importlib
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from ledger.errors import Unavailable
from risk import modelcard, watch

In = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
Out = Annotated[Path, typer.Argument(dir_okay=False)]
Version = Annotated[str, typer.Option(help="The name the artefact carries for good.")]
Card = Annotated[
    Path | None,
    typer.Option(
        "--model", exists=True, dir_okay=False, help="Expert card if not given."
    ),
]


def train(data: In, out: Out, version: Version) -> None:
    """Fit a scorecard to a CSV of loans and write its artefact.

    Columns: loan, granted_on, outcome (good or bad), and one for each feature.
    """
    if not all(find_spec(name) for name in ("numpy", "scipy")):
        raise Unavailable("Training needs numpy and scipy: pip install 'tonle[train]'.")
    # Loaded by name, since every other command works without the extra.
    training = importlib.import_module("risk.training")
    artefact = training.train(training.read_loans(data), version=version)
    out.write_text(json.dumps(artefact, indent=1, ensure_ascii=False) + "\n", "utf-8")
    facts = artefact["training"]
    typer.echo(f"{facts['loans']} loans, {facts['bad']} bad; wrote {out}")
    if not facts["enough_defaults"]:
        typer.echo("fewer than 100 defaults: keep it in shadow")


def watched(decisions: In, model: Card = None) -> None:
    """Write drift, calibration, overrides and fairness of decisions as JSON.

    Exits 1 when something asks for a look.
    """
    told = watch.watch_card(
        modelcard.read_artefact(model), watch.read_scored(decisions)
    )
    typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    if told["alarms"]:
        raise typer.Exit(1)


def card(model: Card = None) -> None:
    """Write a scorecard's model card as Markdown."""
    typer.echo(modelcard.markdown(modelcard.read_artefact(model)), nl=False)
