"""The sentences a fitted card's reasons are told in, by feature."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


def has(feature: str) -> bool:
    """Tell whether a feature can be explained; what cannot be is never an input."""
    return feature in _sentences()


def of(feature: str) -> dict[str, Any]:
    """Return what a weak, strong or unknown value of a feature says."""
    return _sentences()[feature]


@cache
def _sentences() -> dict[str, dict[str, Any]]:
    expert = json.loads(
        files("risk.scoring").joinpath("expert.json").read_text("utf-8")
    )
    told: dict[str, dict[str, Any]] = {
        item["feature"]: {kind: item[kind] for kind in ("weak", "strong", "unknown")}
        for item in expert["characteristics"]
    }
    own = files("risk.training").joinpath("wording.json").read_text("utf-8")
    told.update(json.loads(own))
    return told
