"""The watch reads what the card decided and what came of it; the challenger never decides."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from finance import lending, scorecards
from finance.lending.shadowing import ShadowScore
from finance.lending.watching import _outcome
from finance.scorecards import Role
from risk.identity import PartyKind
from risk.modelcard import read_artefact
from tests.journeys.people import usd

OTHER = read_artefact() | {"version": "kh-challenger", "base_points": 250}
PAID_OUT = date(2026, 3, 1)


@pytest.fixture
async def firm(world):
    return await world.party("Firm", PartyKind.FIRM)


async def adopt(world, artefact, role) -> None:
    one, two = await world.party("One"), await world.party("Two")
    approval = await world.db.transact(
        scorecards.propose_adoption,
        artefact=json.dumps(artefact),
        role=role,
        operator_id=one,
        note="To be watched",
    )
    await world.db.transact(
        scorecards.approve_adoption,
        approval_id=approval.id,
        sha256=approval.request["sha256"],
        operator_id=two,
    )


async def shadows(world):
    async def read(uow):
        return list(await uow.session.scalars(select(ShadowScore)))

    return await world.db.read(read)


async def test_without_a_challenger_nothing_is_kept(world, firm) -> None:
    await world.application(firm, usd(5_000))

    assert await shadows(world) == []


async def test_the_challenger_scores_the_same_features_and_decides_nothing(
    world, firm
) -> None:
    before = await world.application(firm, usd(5_000))
    await adopt(world, OTHER, Role.CHALLENGER)

    after = await world.application(firm, usd(5_000))

    assert after.decision["model"] == before.decision["model"] == "expert-2026-01"
    assert after.decision["score"] == before.decision["score"]
    (shadow,) = await shadows(world)
    assert shadow.application == after.id
    assert shadow.score == after.decision["score"] - 50
    assert shadow.points == after.decision["points"]
    replay = await world.db.read(lending.replay_decision, application_id=after.id)
    assert replay.matches


async def test_the_watch_holds_the_challenger_against_the_champion(world, firm) -> None:
    await adopt(world, OTHER, Role.CHALLENGER)
    application = await world.application(firm, usd(5_000))
    (shadow,) = await shadows(world)

    told = await world.db.read(lending.watch_in_use)

    duel = told["challenger"]
    assert duel["scored_by_both"] == told["decisions"] == 1
    apart = abs(shadow.pd_bps - application.decision["pd_bps"])
    assert duel["mean_distance"] == pytest.approx(apart / 10_000)


async def test_only_the_card_in_use_is_watched(world, firm) -> None:
    await world.application(firm, usd(5_000))
    await adopt(world, OTHER, Role.CHAMPION)

    told = await world.db.read(lending.watch_in_use)

    assert (told["model"], told["decisions"]) == ("kh-challenger", 0)


async def test_people_are_watched_by_traits_that_are_kept_nowhere(world, firm) -> None:
    application = await world.application(firm, usd(5_000))
    await world.db.transact(
        lending.decline_application,
        application_id=application.id,
        operator_id=await world.party("Operator"),
        reason="A flood",
    )
    traits = {firm: {"sex": "f", "age_band": "30-39"}}

    told = await world.db.read(lending.watch_in_use, traits=traits)

    (women,) = told["fairness"]["sex"]
    assert (women["group"], women["decisions"], women["approval"]) == ("f", 1, 0.0)
    assert told["overrides"]["refused_against_the_card"] == 1


@pytest.mark.parametrize(
    ("defaulted_on", "days", "outcome"),
    [
        (None, 365, None),
        (PAID_OUT + timedelta(days=100), 365, None),
        (None, 366, False),
        (PAID_OUT + timedelta(days=100), 366, True),
        (PAID_OUT + timedelta(days=400), 500, False),
    ],
)
def test_an_outcome_is_known_after_a_year_and_of_good_and_bad_alike(
    defaulted_on, days, outcome
) -> None:
    today = PAID_OUT + timedelta(days=days)

    assert _outcome(PAID_OUT, defaulted_on, today) is outcome


def test_of_a_loan_not_paid_out_nothing_is_known() -> None:
    assert _outcome(None, None, PAID_OUT) is None
