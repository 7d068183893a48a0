"""The expert scorecard is exact, moves one way, and always says why."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import InvariantBroken
from risk.cashflow import FEATURES, Better, Measured
from risk.scoring import expert_scorecard, read_scorecard, score

CARD = expert_scorecard()
WAY = {feature.name: feature.better for feature in FEATURES}
NAMES = [item.feature for item in CARD.characteristics]


def features(**known: str) -> dict[str, Measured]:
    return {
        name: Measured(name, Decimal(known[name]) if name in known else None)
        for name in NAMES
    }


BEST = {
    item.feature: str(place.numerator / Decimal(place.denominator))
    for item in CARD.characteristics
    for place, points in item.knots
    if points == item.best
}
some_features = st.fixed_dictionaries(
    {name: st.none() | st.decimals(-5, 400, places=4) for name in NAMES}
)


def scored(values: dict[str, Decimal | None]):
    return score({name: Measured(name, value) for name, value in values.items()})


@given(some_features)
def test_any_features_have_a_score_and_two_distinct_reasons(values) -> None:
    found = scored(values)

    assert 300 <= found.points <= 1090
    assert 0 < found.pd_bps <= 5000
    assert found.grade in "ABCDEF"
    assert len({reason.code for reason in found.reasons}) == len(found.reasons) >= 2
    assert all(reason.en and reason.km for reason in found.reasons)


@given(some_features, st.sampled_from(NAMES), st.decimals(0, 50, places=4))
def test_a_better_value_never_scores_worse(values, name: str, step: Decimal) -> None:
    if values[name] is None:
        return
    better = step if WAY[name] is Better.HIGHER else -step

    moved = scored({**values, name: values[name] + better})

    assert moved.points >= scored(values).points
    assert moved.pd_bps <= scored(values).pd_bps


def test_points_run_straight_between_knots() -> None:
    low, high = (
        dict(score(features(floor_cover=value)).points_by_feature)["floor_cover"]
        for value in ("0", "1")
    )
    half = dict(score(features(floor_cover="0.5")).points_by_feature)["floor_cover"]

    assert (low, half, high) == (15, 38, 60)


def test_the_best_firm_has_the_best_grade_and_strengths_for_reasons() -> None:
    found = score(features(**BEST))

    assert (found.points, found.grade, found.pd_bps) == (1090, "A", 180)
    assert [reason.points_lost for reason in found.reasons] == [0, 0]


def test_a_weak_reason_is_told_only_where_it_is_true() -> None:
    growing = score(features(**BEST | {"sales_trend": "0.05"}))

    assert "falling_sales" not in {reason.code for reason in growing.reasons}


def test_what_is_unknown_is_called_unknown() -> None:
    found = score(features(**{k: v for k, v in BEST.items() if k != "floor_cover"}))

    assert found.reasons[0].code == "no_balances"


@pytest.mark.parametrize("name", NAMES)
def test_not_knowing_never_scores_like_the_best(name: str) -> None:
    unknown = score(features(**{k: v for k, v in BEST.items() if k != name}))

    assert unknown.points < score(features(**BEST)).points


def test_short_history_has_no_confidence() -> None:
    assert score(features(history_days="30")).confidence == "none"
    assert score(features(history_days="360")).confidence == "high"


def test_the_artefact_is_named_by_its_hash() -> None:
    assert len(CARD.hash) == 64
    assert score(features()).artefact_hash == CARD.hash


def test_every_characteristic_is_a_known_feature_and_moves_its_way() -> None:
    for item in CARD.characteristics:
        points = [value for _, value in item.knots]
        rising = WAY[item.feature] is Better.HIGHER
        assert points == sorted(points, reverse=not rising), item.feature


def test_a_scorecard_whose_knots_go_back_is_refused() -> None:
    text = """{"version": "x", "base_points": 1, "characteristics": [],
      "pd_bps_by_score": [[2, 5], [1, 3]], "grades": [], "confidence_by_days": []}"""

    with pytest.raises(InvariantBroken):
        read_scorecard(text)
