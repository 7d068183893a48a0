"""Fit a challenger of trees by LightGBM, each feature held to its direction.

It sees what the card sees and may join features where curves cannot. The library learns;
the artefact is scored in plain Python like any card. It gives no reasons and only watches.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import lightgbm
import numpy as np

from risk.scoring import PARTS_OF_A_POINT
from risk.training.card import POINTS_PER_LOG_ODDS, complete
from risk.training.curves import Numbers
from risk.training.fit import NothingLearned, lay_out, out_of_fold
from risk.training.sample import Loan
from risk.training.settings import Settings

TREES = 150
FOREST: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.04,
    "num_leaves": 7,
    "min_child_samples": 15,
    "subsample": 0.8,
    "subsample_freq": 1,
    "colsample_bytree": 0.8,
    "reg_lambda": 5.0,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


def train_challenger(
    loans: Sequence[Loan], settings: Settings | None = None, *, version: str
) -> dict[str, Any]:
    """Return the artefact of a challenger fitted to loans.

    Raises:
        TooFewOutcomes: Fewer than twenty good or bad loans.
        NothingLearned: No tree parts them.
    """
    settings = settings or Settings()
    sample = lay_out(loans, settings)

    def repaying(values: Numbers, bad: Numbers) -> Callable[[Numbers], Numbers]:
        booster = boost(values, bad, sample.signs)
        return lambda seen: -np.asarray(booster.predict(seen, raw_score=True))

    unseen = out_of_fold(sample, settings, repaying)
    fitted = boost(sample.values, sample.bad, sample.signs)
    roots = [one["tree_structure"] for one in fitted.dump_model()["tree_info"]]
    worst = [min(map(_repaying, _leaves(root))) for root in roots]
    best = [max(map(_repaying, _leaves(root))) for root in roots]
    if sum(best) == sum(worst):
        raise NothingLearned
    told = {
        "name": "Challenger of trees",
        "kind": "boosted_trees",
        "characteristics": [],
        "reads": list(sample.names),
        "trees": [
            _written(root, least, sample.signs)
            for root, least in zip(roots, worst, strict=True)
        ],
    }
    facts = sample.facts(version, _chosen(settings), unseen)
    return complete(told, (sum(worst), sum(best) - sum(worst)), facts)


def _chosen(settings: Settings) -> dict[str, Any]:
    """Write the choices that trees follow from; those of curves are not theirs."""
    parted = {"folds": settings.folds, "folds_seed": settings.seed}
    grown = {name: str(value) for name, value in FOREST.items()}
    named = {"candidates": list(settings.candidates), "trees": TREES}
    return named | parted | grown


def boost(values: Numbers, bad: Numbers, signs: Sequence[int]) -> lightgbm.Booster:
    """Grow trees in which more of what is better never foretells more defaults."""
    return lightgbm.train(
        {**FOREST, "monotone_constraints": [-sign for sign in signs]},
        lightgbm.Dataset(values, bad, params={"verbosity": -1}),
        num_boost_round=TREES,
    )


def _written(node: Mapping[str, Any], least: float, signs: Sequence[int]) -> Any:
    """Write a tree as the scorer reads it, its leaves above its worst one."""
    if "leaf_value" in node:
        above = _repaying(node) - least
        return round(above * POINTS_PER_LOG_ODDS * PARTS_OF_A_POINT)
    place = node["split_feature"]
    # Where the sample had no unknown, one goes to the weak side, never to zero's.
    was_seen = node["missing_type"] == "NaN"
    unknown_left = node["default_left"] if was_seen else signs[place] > 0
    return [
        place,
        repr(node["threshold"]),
        unknown_left,
        _written(node["left_child"], least, signs),
        _written(node["right_child"], least, signs),
    ]


def _leaves(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "leaf_value" in node:
        return [node]
    return [*_leaves(node["left_child"]), *_leaves(node["right_child"])]


def _repaying(leaf: Mapping[str, Any]) -> float:
    return -float(leaf["leaf_value"])
