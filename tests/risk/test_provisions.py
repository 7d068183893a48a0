"""Expected loss to the cent against sums done by hand."""

from dataclasses import replace

import pytest

from ledger.errors import InvariantBroken
from risk.provisions import Exposure, Scenario, allowance
from risk.stresses import Shock, Stress, Tagged, named_stresses

BASE = (Scenario("base", 10_000, 10_000, 10_000),)
THREE = (
    Scenario("base", 5_000, 10_000, 10_000),
    Scenario("better", 2_000, 8_000, 9_500),
    Scenario("worse", 3_000, 15_000, 11_500),
)


def exposure(**changed) -> Exposure:
    known = {
        "name": "loan",
        "stage": 1,
        "pd_bps": 400,
        "lgd_bps": 6_000,
        "rate_bps": 0,
        "owed_minor": (1_000_000,) * 24,
    }
    return Exposure(**known | changed)


def test_level_exposure_for_a_year_loses_pd_times_lgd() -> None:
    # 10,000.00 x 4 % x 60 % = 240.00 in a year; in two years 1 - 0.96^2 = 7.84 %.
    found = allowance(exposure(), BASE)

    assert (found.twelve_month_minor, found.lifetime_minor) == (24_000, 47_040)
    assert found.minor == 24_000
    assert allowance(exposure(stage=2), BASE).minor == 47_040


def test_three_falling_months_discounted_by_hand() -> None:
    # h = 1 - 0.96^(1/12) = 0.003396038..., v = 1 / 1.01:
    # 900,000 h v + 600,000 h (1-h) v^2 + 300,000 h (1-h)^2 v^3 = 5,999.03, x 60 %.
    h, v = 1 - 0.96 ** (1 / 12), 1 / 1.01
    by_hand = (
        0.6
        * h
        * sum(
            owed * (1 - h) ** k * v ** (k + 1)
            for k, owed in enumerate((900_000, 600_000, 300_000))
        )
    )

    found = allowance(
        exposure(rate_bps=1_200, owed_minor=(900_000, 600_000, 300_000)), BASE
    )

    assert found.lifetime_minor == found.twelve_month_minor == round(by_hand) == 3_599


def test_what_has_defaulted_is_lost_but_for_what_is_recovered() -> None:
    found = allowance(exposure(stage=3, owed_minor=(123_457,)), BASE)

    assert found.minor == 74_074


def test_scenarios_are_weighted_before_rounding() -> None:
    # 240.00 x (0.5 + 0.2 x 0.8 x 0.95 + 0.3 x 1.5 x 1.15): level, undiscounted, one year.
    found = allowance(exposure(owed_minor=(1_000_000,) * 12), THREE)

    assert found.minor == round(24_000 * (0.5 + 0.152 + 0.5175))


def test_certain_default_and_no_risk() -> None:
    assert allowance(exposure(pd_bps=10_000), BASE).minor == 600_000
    assert allowance(exposure(pd_bps=0, stage=2), BASE).minor == 0


def test_weights_that_are_not_one_are_our_fault() -> None:
    with pytest.raises(InvariantBroken):
        allowance(exposure(), THREE[:2])


def tagged(**changed) -> Tagged:
    known = {
        "exposure": exposure(),
        "currency": "USD",
        "sector": "agriculture",
        "earns_other": True,
    }
    return Tagged(**known | changed)


def test_a_stress_moves_the_loans_it_fits_and_no_other() -> None:
    stress = Stress("s", "", "", (Shock(30_000, 12_000, sectors=("agriculture",)),))

    hit, spared = stress.on([tagged(), tagged(sector="trade")])

    assert (hit.pd_bps, hit.lgd_bps) == (1_200, 7_200)
    assert spared == exposure()


def test_stresses_have_words_in_both_languages_and_only_worsen() -> None:
    worst = replace(exposure(), pd_bps=9_000, lgd_bps=9_500)

    for stress in named_stresses():
        assert stress.en
        assert stress.km
        (felt,) = stress.on([tagged(exposure=worst)])
        assert worst.pd_bps <= felt.pd_bps <= 10_000
        assert worst.lgd_bps <= felt.lgd_bps <= 10_000


def test_a_fall_of_the_riel_hits_those_who_earn_riel_most() -> None:
    (stress,) = [one for one in named_stresses() if one.name == "riel_falls"]

    mixed, plain, riel = stress.on(
        [tagged(), tagged(earns_other=False), tagged(currency="KHR")]
    )

    assert mixed.pd_bps > plain.pd_bps > riel.pd_bps == 400
