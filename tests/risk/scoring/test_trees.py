"""A card of trees is walked exactly: at a threshold left, unknown where it says."""

import json
from decimal import Decimal

import pytest

from ledger.errors import InvariantBroken
from risk.cashflow import Measured
from risk.modelcard import markdown
from risk.scoring import read_scorecard, score

# Floor cover of at most 1.5: in the second tree, variation tells them apart further.
TREES = {
    "name": "Challenger of trees",
    "version": "trees-1",
    "kind": "boosted_trees",
    "mode": "shadow",
    "base_points": 300,
    "characteristics": [],
    "reads": ["floor_cover", "receipts_variation"],
    "trees": [
        [0, "1.5", True, 0, 40_400],
        [0, "1.5", False, [1, "0.25", False, 10_200, 0], 20_200],
    ],
    "pd_bps_by_score": [[300, 5_000], [400, 100]],
    "grades": [["A", 360], ["F", 0]],
    "confidence_by_days": [["high", 300], ["none", 0]],
}
CARD = read_scorecard(json.dumps(TREES))


def points(**known: str) -> int:
    features = {name: Measured(name, Decimal(told)) for name, told in known.items()}
    return score(features, CARD).points


@pytest.mark.parametrize(
    ("known", "earned"),
    [
        ({"floor_cover": "1.5", "receipts_variation": "0.25"}, 10),
        ({"floor_cover": "1.5", "receipts_variation": "0.2501"}, 0),
        ({"floor_cover": "1.5001"}, 61),
        ({"floor_cover": "1"}, 0),
        ({}, 20),
    ],
    ids=["at both thresholds", "above one", "above the first", "one unknown", "none"],
)
def test_leaves_are_added_up_and_rounded_once(
    known: dict[str, str], earned: int
) -> None:
    assert points(**known) == 300 + earned


def test_it_tells_a_probability_and_a_grade_and_no_reason() -> None:
    told = score({"floor_cover": Measured("floor_cover", Decimal(2))}, CARD)

    assert (told.pd_bps, told.grade, told.reasons) == (2011, "A", ())


def test_its_model_card_says_that_it_only_watches() -> None:
    told = markdown(TREES | {"training": None})

    assert "| receipts_variation |" in told
    assert "2 trees of LightGBM" in told
    assert "it only watches and never decides" in told


@pytest.mark.parametrize(
    "spoilt",
    [
        {"trees": [], "characteristics": []},
        {"trees": [[-1, "1.5", True, 0, 1]]},
        {"trees": [[0, "1.5", True, 0, 10**12]]},
        {"base_points": 10**9},
        {"pd_bps_by_score": [[300, 10_001], [400, 1]]},
        {"pd_bps_by_score": [[300, 1], [400, -1]]},
        {"grades": [["A", 360], ["Z", 0]]},
        {"confidence_by_days": [["certain", 300], ["none", 0]]},
    ],
    ids=[
        "nothing to read", "a place before the first", "a leaf of too many points",
        "too many points", "more than certain", "less than nothing",
        "a grade no page knows", "a confidence no page has words for",
    ],
)  # fmt: skip
def test_a_card_that_could_not_be_scored_by_or_kept_is_refused(spoilt) -> None:
    with pytest.raises(InvariantBroken):
        read_scorecard(json.dumps(TREES | spoilt))


@pytest.mark.parametrize("tree", [[2, "1", True, 0, 1], [0, "x", True, 0, 1], [0], 1.5])
def test_a_tree_that_is_none_cannot_be_read(tree) -> None:
    with pytest.raises((IndexError, ValueError, TypeError)):
        read_scorecard(json.dumps(TREES | {"trees": [tree]}))
