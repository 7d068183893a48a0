"""The watch sees drift, wrong probabilities, overrides and unequal treatment."""

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from risk import watch
from risk.modelcard import read_artefact
from risk.watch import ScoredFileWrong, ScoredLoan, read_scored, watch_card

THEN = watch.baseline(range(500, 1000)).to_json()
ARTEFACT = read_artefact() | {
    "baseline": {"score": THEN, "features": {"floor_cover": THEN}}
}


def decided(number: int = 500, **changed) -> list[ScoredLoan]:
    """Make decisions like those of the baseline: one loan in five goes bad as foretold."""
    usual = {
        "decided_on": date(2026, 5, 1),
        "pd_bps": 2000,
        "model_accepts": True,
        "accepted": True,
        "groups": {},
        "challenger_pd_bps": None,
    }
    return [
        ScoredLoan(
            score=500 + n * 500 // number,
            bad=n % 5 == 0,
            points={"floor_cover": 500 + n * 500 // number},
            **usual | changed,
        )
        for n in range(number)
    ]


def test_the_same_firms_raise_no_alarm() -> None:
    told = watch_card(ARTEFACT, decided())

    assert told["alarms"] == []
    assert told["drift"]["score"]["index"] == pytest.approx(0, abs=1e-9)
    assert told["outcomes"]["2026-Q2"]["bad"] == 100


def test_worse_firms_raise_the_alarm_of_drift() -> None:
    moved = [one for one in decided() if one.score < 700]

    alarms = watch_card(ARTEFACT, moved)["alarms"]

    assert alarms[:2] == ["drift:score", "drift:floor_cover"]


def test_vintages_are_measured_apart() -> None:
    loans = decided() + decided(decided_on=date(2026, 7, 1), pd_bps=100)

    outcomes = watch_card(ARTEFACT, loans)["outcomes"]

    assert outcomes["2026-Q2"]["mean_pd"] == pytest.approx(0.2)
    assert outcomes["2026-Q3"]["mean_pd"] == pytest.approx(0.01)
    assert outcomes["2026-Q3"]["ece"] == pytest.approx(0.19)


def test_overrides_are_counted_by_direction_and_outcome() -> None:
    loans = decided(400) + decided(100, model_accepts=False)

    overrides = watch_card(ARTEFACT, loans)["overrides"]

    assert overrides == {
        "rate": 0.2,
        "accepted_against_the_card": 100,
        "refused_against_the_card": 0,
        "refusals_set_aside": 0,
        "bad_among_accepted": 0.2,
    }
    assert "overrides" in watch_card(ARTEFACT, loans)["alarms"]


def test_a_group_approved_less_than_four_fifths_raises_the_alarm() -> None:
    loans = (
        decided(100, groups={"sex": "m"})
        + decided(79, groups={"sex": "f"})
        + decided(21, groups={"sex": "f"}, accepted=False, model_accepts=False)
    )

    told = watch_card(ARTEFACT, loans)

    men, women = told["fairness"]["sex"]
    assert (men["group"], men["approval_ratio"]) == ("m", 1.0)
    assert women["approval_ratio"] == pytest.approx(0.79)
    assert women["refused_good"] == pytest.approx(16 / 79)
    assert "fairness:sex:f" in told["alarms"]


def test_a_group_too_small_to_judge_raises_no_alarm() -> None:
    loans = decided(100, groups={"province": "Kep"}) + decided(
        29, groups={"province": "Pailin"}, accepted=False, model_accepts=False
    )

    small = watch_card(ARTEFACT, loans)["fairness"]["province"][1]

    assert (small["enough"], small["alarm"]) == (False, False)


def test_the_challenger_is_held_against_the_champion_on_the_same_loans() -> None:
    knowing = [
        replace(one, challenger_pd_bps=9000 if one.bad else 500) for one in decided()
    ]

    duel = watch_card(ARTEFACT, knowing + decided())["challenger"]

    assert duel["challenger"]["loans"] == duel["champion"]["loans"] == 500
    assert (duel["challenger"]["auc"], duel["champion"]["auc"]) == (1.0, 0.5)


def test_champion_and_challenger_agree_where_both_name_one_band() -> None:
    at = [(320, 321), (320, 320), (2200, 900), (9000, 2201)]
    loans = [
        replace(one, pd_bps=mine, challenger_pd_bps=its)
        for one, (mine, its) in zip(decided(4), at, strict=True)
    ]

    duel = watch_card(ARTEFACT, loans)["challenger"]

    assert duel["agreement"] == 0.5
    a, b, c, e = (
        (now - then) / 4 * math.log(now / then)
        for then, now in ((2, 1), (0.5, 1), (0.5, 1), (1, 0.5))
    )
    assert duel["spread"]["index"] == pytest.approx(a + b + c + e, abs=1e-9)


def test_no_decision_at_all_is_no_alarm() -> None:
    assert watch_card(ARTEFACT, [])["alarms"] == []


HEAD = "decided_on,score,pd_bps,model_accepts,accepted,outcome,sex,points_floor_cover\n"


def test_decisions_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(f"{HEAD}2026-05-01,700,900,yes,no,,f,12\n", "utf-8")

    (one,) = read_scored(path)

    assert one.accepted is not one.model_accepts
    assert (one.bad, one.groups) == (None, {"sex": "f"})
    assert one.points == {"floor_cover": 12}
    assert json.dumps(watch_card(ARTEFACT, [one]))


@pytest.mark.parametrize(
    "row", ["x,1,1,yes,yes,,,1", "2026-05-01,1,1,maybe,yes,,,1", "2026-05-01,1"]
)
def test_a_strange_cell_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(f"{HEAD}{row}\n", "utf-8")

    with pytest.raises(ScoredFileWrong, match="Line 2"):
        read_scored(path)
