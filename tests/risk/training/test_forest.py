"""A challenger of trees is scored as LightGBM would, and never against a feature's way."""

import json
from decimal import Decimal

import numpy as np
import pytest

from risk.cashflow import Measured
from risk.scoring import read_scorecard, score
from risk.training import Settings
from risk.training.card import POINTS_PER_LOG_ODDS
from risk.training.fit import lay_out
from risk.watch import quality
from tests.risk.training.builders import FEATURES, loans

pytest.importorskip("lightgbm", reason="the challengers extra is not here")
forest = pytest.importorskip("risk.training.forest")


@pytest.fixture(name="artefact", scope="module")
def trained():
    return forest.train_challenger(loans(), version="trees-1")


@pytest.fixture(name="card", scope="module")
def read(artefact):
    return read_scorecard(json.dumps(artefact))


def test_plain_python_scores_as_the_library_to_a_point_of_rounding(
    artefact, card
) -> None:
    sample = lay_out(loans(), Settings())
    booster = forest.boost(sample.values, sample.bad, sample.signs)
    seen = loans(50, seed=3)
    table = [[one.value(name) for name in artefact["reads"]] for one in seen]

    theirs = booster.predict(np.array(table, dtype=float), raw_score=True)

    ours = [score(one.features, card).points for one in seen]
    repaying = [-odds * POINTS_PER_LOG_ODDS for odds in theirs]
    apart = [mine - its for mine, its in zip(ours, repaying, strict=True)]
    assert max(apart) - min(apart) < 1.1


def test_the_same_loans_in_another_order_give_the_same_artefact(artefact) -> None:
    assert forest.train_challenger(loans()[::-1], version="trees-1") == artefact


def test_it_foretells_loans_it_has_not_seen(card) -> None:
    unseen = loans(500, seed=2)

    found = quality(
        [score(one.features, card).pd_bps / 10_000 for one in unseen],
        [one.bad for one in unseen],
    )

    assert found.auc > 0.8


@pytest.mark.parametrize("name", FEATURES[:2])
def test_more_of_what_is_better_never_loses_points(card, name) -> None:
    one = loans(1, seed=9)[0]
    places = [Decimal(n) / 4 for n in range(-20, 40)]

    points = [
        score({**one.features, name: Measured(name, place)}, card).points
        for place in places
    ]

    assert points == sorted(points, reverse=name == "receipts_variation")


def test_it_gives_no_reasons_and_a_firm_of_which_nothing_is_known_scores(card) -> None:
    said = score({}, card)

    assert said.reasons == ()
    assert said.points < 500


def test_an_unknown_that_no_loan_of_the_sample_had_is_weak_and_not_zero(card) -> None:
    one = loans(1, seed=9)[0]
    unknown = {**one.features, "floor_cover": Measured("floor_cover", None)}
    worst = {**one.features, "floor_cover": Measured("floor_cover", Decimal(-99))}

    assert score(unknown, card).points == score(worst, card).points
