"""The champion decides on applications, and what an older card decided replays by it."""

import json

from finance import lending, scorecards
from finance.scorecards import Role
from risk.identity import PartyKind
from risk.modelcard import read_artefact
from tests.journeys.people import usd


async def test_the_champion_decides_and_older_decisions_still_replay(world) -> None:
    firm = await world.party("Firm", PartyKind.FIRM)
    one, two = await world.party("One"), await world.party("Two")
    by_the_expert = await world.application(firm, usd(5_000))
    adopted = read_artefact() | {"version": "kh-2026-02", "base_points": 320}
    approval = await world.db.transact(
        scorecards.propose_adoption,
        artefact=json.dumps(adopted),
        role=Role.CHAMPION,
        operator_id=one,
        note="Validated",
    )
    await world.db.transact(
        scorecards.approve_adoption,
        approval_id=approval.id,
        sha256=approval.request["sha256"],
        operator_id=two,
    )

    by_the_champion = await world.application(firm, usd(4_000))

    assert by_the_expert.decision["model"] == "expert-2026-01"
    assert by_the_champion.decision["model"] == "kh-2026-02"
    for application in (by_the_expert, by_the_champion):
        found = await world.db.read(
            lending.replay_decision, application_id=application.id
        )
        assert found.differences == ()
