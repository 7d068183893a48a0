"""A card learned from loans is monotone, small, explained, and the same every time."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import chain

import pytest

from ledger.money import Rounding, round_fraction
from risk.cashflow import FEATURES, Better, Measured
from risk.scoring import Scorecard, read_scorecard, score
from risk.training import NothingLearned, Settings, TooFewOutcomes, folds, train
from risk.training.sample import sample_hash
from risk.watch import quality
from tests.risk.training.builders import loans

WAY = {feature.name: feature.better for feature in FEATURES}
KNOWN = loans()
ARTEFACT = train(KNOWN, version="test-1")
CARD = read_scorecard(json.dumps(ARTEFACT))


def probabilities(card: Scorecard, sample) -> list[float]:
    return [score(item.features, card).pd_bps / 10_000 for item in sample]


@pytest.mark.slow
def test_the_order_of_the_loans_changes_nothing() -> None:
    assert train(KNOWN[::-1], version="test-1") == ARTEFACT


def test_one_changed_outcome_is_another_sample() -> None:
    turned = replace(KNOWN[0], bad=not KNOWN[0].bad)

    assert sample_hash([turned, *KNOWN[1:]]) != ARTEFACT["training"]["sample_sha256"]
    assert sample_hash(KNOWN[::-1]) == ARTEFACT["training"]["sample_sha256"]


@pytest.mark.parametrize("item", CARD.characteristics, ids=lambda item: item.feature)
def test_every_curve_moves_one_way(item) -> None:
    points = [worth for _, worth in item.knots]

    assert points == sorted(points, reverse=WAY[item.feature] is Better.LOWER)
    assert min(points) == 0 <= item.missing_points < max(points)


@pytest.mark.slow
def test_a_card_has_at_most_the_features_it_may() -> None:
    small = train(KNOWN, Settings(max_features=2), version="small")

    read = {item["feature"] for item in small["characteristics"]}
    assert read == {"floor_cover", "receipts_variation"}


def test_it_foretells_loans_it_has_not_seen() -> None:
    unseen = loans(2_000, seed=2)

    found = quality(probabilities(CARD, unseen), [item.bad for item in unseen])

    assert found.auc > 0.85
    assert 0.85 < found.slope < 1.2
    assert found.ece < 0.03


def test_points_and_probability_agree_with_the_curve_to_a_basis_point_of_rounding() -> (
    None
):
    told = score(KNOWN[3].features, CARD)

    below = max(place for place, _ in CARD.pd_bps_by_score if place <= told.points)
    steps = dict(CARD.pd_bps_by_score)
    part = (told.points - below) / Fraction(10)
    line = steps[below] + part * (steps[below + 10] - steps[below])
    assert told.pd_bps == round_fraction(line, Rounding.HALF_UP)


def test_a_firm_of_which_nothing_is_known_is_told_two_reasons() -> None:
    nothing = {name: Measured(name, None) for name in WAY}

    assert len({reason.code for reason in score(nothing, CARD).reasons}) >= 2


def test_grades_are_bounds_on_probability() -> None:
    steps = dict(CARD.pd_bps_by_score)

    for grade, least in CARD.grades[:-1]:
        bound = {"A": 320, "B": 550, "C": 900, "D": 1400, "E": 2200}[grade]
        assert steps[least] <= bound < steps[least - 10]


def test_the_artefact_says_what_it_was_made_from() -> None:
    facts = ARTEFACT["training"]

    assert (facts["loans"], facts["bad"]) == (300, sum(item.bad for item in KNOWN))
    assert facts["settings"]["pieces"] == Settings().pieces
    assert facts["calibration"] == "platt"
    assert sum(ARTEFACT["baseline"]["score"]["counts"]) == 300


def test_too_few_bad_loans_are_refused() -> None:
    good = [item for item in KNOWN if not item.bad]
    bad = [item for item in KNOWN if item.bad]

    with pytest.raises(TooFewOutcomes):
        train(good + bad[:19], version="none")


@pytest.mark.parametrize(
    "known", [{"floor_cover"}, {"returned_in_record"}], ids=["one feature", "noise"]
)
def test_a_card_that_could_not_give_two_reasons_is_refused(known: set[str]) -> None:
    narrow = [
        replace(one, features={name: one.features[name] for name in known})
        for one in KNOWN
    ]

    with pytest.raises(NothingLearned):
        train(narrow, version="none")


def test_folds_part_the_loans_and_share_the_bad_ones() -> None:
    bad = [number % 9 == 0 for number in range(100)]

    parts = folds(bad, 5, seed=3)

    assert sorted(chain(*parts)) == list(range(100))
    assert {sum(bad[n] for n in part) for part in parts} <= {2, 3}
