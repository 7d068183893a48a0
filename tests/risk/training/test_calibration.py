"""Probabilities come from two numbers, three, or a free line, by how many defaults there are."""

import numpy as np
import pytest

from risk.training.calibration import Method, calibrate


def outcomes(number: int, seed: int = 5):
    """Make scores that are twice too timid, and what came of them."""
    dice = np.random.default_rng(seed)
    scores = dice.normal(-1, 1, number)
    bad = (dice.random(number) < 1 / (1 + np.exp(-2 * scores))).astype(float)
    return scores, bad


@pytest.mark.parametrize(
    ("number", "method"),
    [(400, Method.PLATT), (2_000, Method.BETA), (8_000, Method.ISOTONIC)],
)
def test_the_method_follows_the_defaults_and_is_right(
    number: int, method: Method
) -> None:
    found = calibrate(*outcomes(number))

    assert found.method is method
    places = np.array([-2.0, -1.0, 0.0, 1.0])
    truth = 1 / (1 + np.exp(-2 * places))
    assert np.abs(found.probability(places) - truth).max() < 0.09


@pytest.mark.parametrize("number", [400, 2_000, 8_000])
def test_a_worse_score_is_never_less_likely_to_default(number: int) -> None:
    probability = calibrate(*outcomes(number)).probability

    assert (np.diff(probability(np.linspace(-8, 8, 200))) >= 0).all()


def test_a_useless_score_is_told_as_the_share_of_defaults() -> None:
    bad = np.array([1.0, 0, 0, 0] * 50)

    assert calibrate(np.zeros(200), bad).probability(np.array([0.0])) == pytest.approx(
        0.25, abs=0.01
    )
