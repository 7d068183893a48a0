"""Simulated losses agree with the closed form where it holds, and repeat by their seed."""

import pytest

from risk.losses import Obligor, granular_loss, simulate

pytest.importorskip("numpy")

POOL = [Obligor(400, 60)] * 10_000


def test_the_99_percent_loss_is_that_of_a_granular_pool() -> None:
    found = simulate(POOL, paths=2_000)

    expected = granular_loss(0.04, 0.99) * 600_000
    assert found.quantiles_minor["99%"] == pytest.approx(expected, rel=0.01)
    assert found.mean_minor == pytest.approx(24_000, rel=0.005)
    assert found.exposed_minor == 600_000


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_rare_default_leaves_the_99_percent_loss_to_no_luck_of_the_draw(
    seed: int,
) -> None:
    found = simulate([Obligor(100, 60)] * 10_000, paths=4_000, seed=seed)

    expected = granular_loss(0.01, 0.99) * 600_000
    assert found.quantiles_minor["99%"] == pytest.approx(expected, rel=0.015)
    assert found.mean_minor == pytest.approx(6_000, rel=0.01)


def test_bad_years_are_weighed_as_the_tenth_they_are() -> None:
    found = simulate(POOL[:1000], paths=4_000)

    middle = granular_loss(0.04, 0.5) * 60_000
    assert found.quantiles_minor["50%"] == pytest.approx(middle, rel=0.02)


def test_the_closed_form_by_hand() -> None:
    # PD 4 %, rho 0.12: (-1.75069 + 0.34641 x 2.32635) / 0.93808 = -1.00719: 15.692 %.
    assert granular_loss(0.04, 0.99) == pytest.approx(0.15692, abs=2e-5)
    assert granular_loss(0.0, 0.99) == 0.0
    assert granular_loss(1.0, 0.99) == 1.0


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    first, again, other = (simulate(POOL[:500], paths=500, seed=s) for s in (7, 7, 8))

    assert first == again
    assert first != other


def test_one_large_loan_is_all_or_nothing() -> None:
    found = simulate([Obligor(10_000, 5), Obligor(0, 1_000)], paths=1_000)

    assert found.mean_minor == 5
    assert found.quantiles_minor["99.9%"] == 5


def test_without_loans_nothing_is_lost() -> None:
    assert simulate([], paths=100).mean_minor == 0
