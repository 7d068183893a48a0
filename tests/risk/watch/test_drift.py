"""PSI agrees with a hand calculation, and the alarm sounds where it should."""

import math

import pytest

from risk.watch.drift import Baseline, baseline, stability, verdict


def test_psi_agrees_with_a_hand_calculation() -> None:
    by_hand = (
        (0.2 - 0.1) * math.log(0.2 / 0.1)
        + (0.3 - 0.4) * math.log(0.3 / 0.4)
        + (0.5 - 0.5) * math.log(0.5 / 0.5)
    )

    assert abs(stability([10, 40, 50], [40, 60, 100]) - by_hand) <= 1e-9
    assert abs(stability([10, 40, 50], [40, 60, 100]) - 0.098082925) <= 1e-9


def test_the_same_firms_have_not_moved() -> None:
    assert stability([3, 5, 0], [30, 50, 0]) == pytest.approx(0, abs=1e-12)


def test_an_empty_group_counts_as_half_a_firm() -> None:
    by_hand = (0.005 - 0.5) * math.log(0.005 / 0.5) + 0.5 * math.log(1 / 0.5)

    assert stability([50, 50], [0, 100]) == pytest.approx(by_hand, abs=1e-9)


@pytest.mark.parametrize(
    ("index", "said"), [(0.0999, "stable"), (0.1, "watch"), (0.25, "alarm")]
)
def test_the_verdict_changes_at_its_bounds(index: float, said: str) -> None:
    assert verdict(index) == said


def test_a_baseline_holds_tenths_and_counts_later_points_in_them() -> None:
    then = baseline(range(100))

    assert then.counts == (10,) * 10
    assert then.count([-5, 9, 10, 500]) == (2, 1, 0, 0, 0, 0, 0, 0, 0, 1)
    assert Baseline.of(then.to_json()) == then


def test_equal_points_stay_in_one_group() -> None:
    assert baseline([7] * 90 + [9] * 10).counts == (90, 10)
