"""Measures of probabilities agree with their definitions, worked by hand."""

import math

import pytest

from risk.watch.quality import logistic_line, quality


def test_every_measure_by_hand() -> None:
    found = quality([0.1, 0.4, 0.4, 0.8], [False, False, True, True])

    # Of four pairs of a bad and a good loan three are right and one is a tie.
    assert found.auc == pytest.approx(3.5 / 4)
    assert found.ks == pytest.approx(0.5)
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.36 + 0.04) / 4)
    assert found.mean_pd == pytest.approx(0.425)
    # Four groups of one loan; the two alike share one bad outcome.
    assert found.ece == pytest.approx((0.1 + 0.1 + 0.1 + 0.2) / 4)


def test_the_slope_of_true_log_odds_is_one() -> None:
    pairs = [(0.2, n < 20) for n in range(100)] + [(0.6, n < 60) for n in range(100)]

    found = quality([pd for pd, _ in pairs], [bad for _, bad in pairs])

    assert found.slope == pytest.approx(1)
    assert found.ece == pytest.approx(0)


def test_outcomes_of_one_kind_say_nothing_of_order() -> None:
    found = quality([0.1, 0.2], [False, False])

    assert (found.auc, found.ks, found.slope) == (None, None, None)


def test_without_loans_the_line_is_the_prior() -> None:
    assert logistic_line([], [], prior=(-0.5, 0.8), trust=(4, 4)) == (-0.5, 0.8)


def test_perfectly_parted_loans_give_a_finite_line() -> None:
    level, slope = logistic_line([-1, -1, 1, 1], [0, 0, 1, 1])

    assert math.isfinite(level)
    assert slope > 1
