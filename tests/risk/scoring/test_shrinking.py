"""A card's probabilities move to what happened: not at all, a little, or all the way."""

from datetime import date

from risk.modelcard import read_artefact
from risk.scoring import Outcome, artefact_hash, shrink

EXPERT = read_artefact()
UNTIL = date(2026, 12, 31)


def shrunk(outcomes):
    return shrink(EXPERT, outcomes, version="expert-2027-01", until=UNTIL)


def happened(times: int, worse: float = 2.0) -> list[Outcome]:
    """Let each probability of the card come out a number of times as high."""
    return [
        Outcome(pd_bps, n < round(times * worse * pd_bps / 10_000))
        for _, pd_bps in EXPERT["pd_bps_by_score"][2:]
        for n in range(times)
    ]


def test_without_outcomes_nothing_moves() -> None:
    assert shrunk([])["pd_bps_by_score"] == EXPERT["pd_bps_by_score"]


def test_few_outcomes_move_it_a_little_and_many_nearly_all_the_way() -> None:
    # 930 points: 550 basis points by the expert, one in nine in truth.
    few, many = (
        dict(
            shrunk([Outcome(550, n % 9 == 0) for n in range(number)])["pd_bps_by_score"]
        )
        for number in (18, 4500)
    )

    assert 550 < few[930] < 950
    assert 1050 < many[930] < 1111


def test_the_order_of_firms_stays() -> None:
    moved = [bps for _, bps in shrunk(happened(100))["pd_bps_by_score"]]

    assert moved == sorted(moved, reverse=True)
    assert shrunk(happened(100))["characteristics"] == EXPERT["characteristics"]


def test_outcomes_that_contradict_the_card_make_it_say_less_not_the_opposite() -> None:
    upside_down = [Outcome(180, True)] * 500 + [Outcome(5000, False)] * 500

    moved = [bps for _, bps in shrunk(upside_down)["pd_bps_by_score"]]

    assert moved == sorted(moved, reverse=True)


def test_the_new_version_names_the_old_one_and_what_it_heard() -> None:
    told = shrunk(happened(10))["shrunk"]

    assert told["from_sha256"] == artefact_hash(EXPERT)
    assert (told["outcomes"], told["until"]) == (60, "2026-12-31")
