"""Write a scorecard's model card from its artefact, so that the two cannot differ."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from risk.cashflow import FEATURES
from risk.scoring import artefact_hash

NEVER_READ = (
    "sex, age, province, religion, names, or anything dated on or after the day"
)
_FEATURES = {feature.name: feature for feature in FEATURES}


def read_artefact(path: Path | None = None) -> dict[str, Any]:
    """Read an artefact, or the expert card a new market starts with."""
    place = path or files("risk.scoring").joinpath("expert.json")
    artefact: dict[str, Any] = json.loads(place.read_text("utf-8"))
    return artefact


@dataclass(frozen=True)
class Brief:
    """A model card in short: what the card is, and how much stands behind it.

    ``loans`` and ``bad`` are None for an expert's card: no outcome stands behind it.
    """

    version: str
    name: str
    kind: str
    mode: str
    sha256: str
    features: tuple[str, ...]
    lowest_points: int
    most_points: int
    loans: int | None
    bad: int | None
    calibration: str


def brief(artefact: Mapping[str, Any]) -> Brief:
    """Say in short what an artefact is."""
    facts, steps = artefact.get("training") or {}, artefact["pd_bps_by_score"]
    return Brief(
        artefact["version"],
        artefact["name"],
        artefact["kind"],
        artefact["mode"],
        artefact_hash(dict(artefact)),
        tuple(_reads(artefact)),
        int(steps[0][0]),
        int(steps[-1][0]),
        facts.get("loans"),
        facts.get("bad"),
        facts.get("calibration", ""),
    )


def markdown(artefact: Mapping[str, Any]) -> str:
    """Write the model card of an artefact as Markdown."""
    return "\n".join(_lines(artefact)) + "\n"


def facts(artefact: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model card says as plain values, to be printed in any language."""
    steps, training = artefact["pd_bps_by_score"], artefact.get("training")
    return {
        "name": artefact["name"],
        "kind": artefact["kind"],
        "mode": artefact["mode"],
        "note": artefact.get("note", ""),
        "sha256": artefact_hash(dict(artefact)),
        "points": {"least": steps[0][0], "most": steps[-1][0]},
        "training": training,
        "settings": [
            [name, _plain(value)]
            for name, value in (training or {}).get("settings", {}).items()
        ],
        "features": [_feature_facts(name, artefact) for name in _reads(artefact)],
        "grades": [
            {"grade": grade, "points": place, "pd_bps": bps}
            for grade, place, bps in _graded(artefact)
        ],
        "reasons": [item["weak"] for item in artefact["characteristics"]],
    }


def dated(artefact: Mapping[str, Any]) -> date | None:
    """Return the last day an artefact knows of; an expert's card knows none."""
    said = artefact.get("shrunk", {}).get("until") or (
        artefact.get("training") or {}
    ).get("last_granted_on")
    return date.fromisoformat(said) if said else None


def _reads(artefact: Mapping[str, Any]) -> list[str]:
    """Return the features a card looks at, in the order it names them."""
    curves = [item["feature"] for item in artefact["characteristics"]]
    return [*curves, *artefact.get("reads", ())]


def _feature_facts(name: str, artefact: Mapping[str, Any]) -> dict[str, Any]:
    """Say what a feature is and what it earns; a tree's part is no feature's alone."""
    feature = _FEATURES[name]
    told: dict[str, Any] = {
        "name": feature.name,
        "definition": feature.definition,
        "unit": feature.unit,
        "better": feature.better.value,
        "when_unknown": feature.missing,
        "points": None,
    }
    for item in artefact["characteristics"]:
        if item["feature"] == name:
            worth = [points for _, points in item["knots"]]
            told["points"] = [min(worth), max(worth), item["missing_points"]]
    return told


def _lines(artefact: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Model card: {artefact['name']}, {artefact['version']}"
    yield ""
    yield from _table(("", ""), _facts(artefact))
    yield ""
    yield "## What stands behind it"
    yield ""
    yield from _behind(artefact)
    yield ""
    yield "## What it reads"
    yield ""
    yield from _table(
        ("feature", "definition", "unit", "better", "points", "when unknown"),
        [_read(_feature_facts(name, artefact)) for name in _reads(artefact)],
    )
    yield ""
    if trees := artefact.get("trees"):
        yield f"{len(trees)} trees of LightGBM join the features; no part is one's alone."
    else:
        yield "Between two knots points run in a straight line; beyond the outer ones, level."
    yield ""
    yield "## What the points say"
    yield ""
    yield from _table(
        ("grade", "from points", "probability of default"), _grades(artefact)
    )
    yield ""
    yield "## Reasons"
    yield ""
    if not artefact["characteristics"]:
        yield "None: it cannot say why, so it only watches and never decides."
        return
    yield from _table(
        ("code", "told when weak", "what would change it", "in Khmer"),
        [_reason(item["weak"]) for item in artefact["characteristics"]],
    )


def _facts(artefact: Mapping[str, Any]) -> list[tuple[str, ...]]:
    steps = artefact["pd_bps_by_score"]
    return [
        ("kind", artefact["kind"].replace("_", " ")),
        ("mode", artefact["mode"]),
        ("SHA-256", f"`{artefact_hash(dict(artefact))}`"),
        ("points", f"{steps[0][0]} to {steps[-1][0]}"),
        ("reads", f"{len(_reads(artefact))} features of cash flow"),
        ("never reads", NEVER_READ),
    ]


def _behind(artefact: Mapping[str, Any]) -> Iterator[str]:
    facts = artefact.get("training")
    if facts is None:
        yield artefact.get("note", "")
        yield ""
        yield "**No outcome of a firm stands behind the points or the probabilities.**"
        return
    share = facts["bad"] / facts["loans"]
    yield (
        f"{facts['loans']} loans granted from {facts['first_granted_on']} to "
        f"{facts['last_granted_on']}, of which {facts['bad']} went bad ({share:.1%}). "
        f"Probabilities by {facts['calibration']} on scores of loans the card had not seen."
    )
    yield ""
    if not facts["enough_defaults"]:
        yield "**Fewer than 100 defaults: it is to run in shadow and decides nothing.**"
        yield ""
    yield f"Sample SHA-256 `{facts['sample_sha256']}`."
    yield ""
    yield from _table(
        ("setting", "value"),
        [(name, _plain(value)) for name, value in facts["settings"].items()],
    )


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _read(told: Mapping[str, Any]) -> tuple[str, ...]:
    least, most, missing = told["points"] or ("", "", "")
    return (
        told["name"],
        told["definition"],
        told["unit"],
        told["better"],
        f"{least} to {most}" if told["points"] else "-",
        f"{missing} ({told['when_unknown']})" if told["points"] else "-",
    )


def _grades(artefact: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (grade, str(place), f"up to {most / 100:.2f} %")
        for grade, place, most in _graded(artefact)
    ]


def _graded(artefact: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Give each grade with its least points and the highest PD, in basis points."""
    steps = artefact["pd_bps_by_score"]
    for grade, least in artefact["grades"]:
        place = max(least, steps[0][0])
        yield grade, place, next(bps for reached, bps in steps if reached >= place)


def _reason(weak: Mapping[str, str]) -> tuple[str, ...]:
    return (weak["code"], weak["en"], weak["change_en"], weak["km"])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |".replace(
            "|  |", "| |"
        )
