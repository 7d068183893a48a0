"""A scorecard comes into use by two people, once proven, and its change is on the log."""

import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from finance import scorecards
from finance.approvals import ProposalWaiting, RequestChanged, SamePerson
from finance.scorecards import (
    Role,
    ScorecardUnexplained,
    ScorecardUnproven,
    ScorecardUnreadable,
)
from ledger.ids import PartyId
from risk import identity
from risk.identity import PartyKind
from risk.modelcard import read_artefact
from tests.risk.scoring.test_trees import TREES

EXPERT = read_artefact() | {"version": "expert-2026-02"}
OTHER = read_artefact() | {"version": "expert-2026-03"}
FEW = read_artefact() | {
    "training": {
        "loans": 700,
        "bad": 99,
        "first_granted_on": "2025-01-01",
        "last_granted_on": "2025-12-31",
        "calibration": "platt",
        "enough_defaults": False,
        "sample_sha256": "00" * 32,
        "settings": {},
    }
}


@pytest.fixture
async def operators(db):
    found = []
    for name in ("One", "Two"):
        party = await db.transact(
            identity.register_party,
            kind=PartyKind.PERSON,
            name=name,
            country="KH",
            tax_resident=True,
        )
        found.append(PartyId(party.id))
    return found


async def propose(db, operator, artefact=EXPERT, role=Role.CHAMPION):
    return await db.transact(
        scorecards.propose_adoption,
        artefact=json.dumps(artefact),
        role=role,
        operator_id=operator,
        note="Validated",
    )


async def approve(db, operator, approval, sha256=None):
    return await db.transact(
        scorecards.approve_adoption,
        approval_id=approval.id,
        sha256=sha256 or approval.request["sha256"],
        operator_id=operator,
    )


async def in_use(db, role=Role.CHAMPION):
    card = await db.read(scorecards.find_in_use, role=role)
    return card.version if card else None


async def test_two_people_put_a_card_into_use(db, operators) -> None:
    one, two = operators
    approval = await propose(db, one)
    assert await in_use(db) is None

    await approve(db, two, approval)

    assert await in_use(db) == "expert-2026-02"
    assert await in_use(db, Role.CHALLENGER) is None


async def test_one_person_alone_changes_nothing(db, operators) -> None:
    approval = await propose(db, operators[0])

    with pytest.raises(SamePerson):
        await approve(db, operators[0], approval)

    assert await in_use(db) is None


async def test_the_newest_is_in_use_and_the_old_one_can_still_be_found(
    db, operators
) -> None:
    one, two = operators
    first = await propose(db, one)
    await approve(db, two, first)
    await approve(db, one, await propose(db, two, OTHER))

    old = await db.read(scorecards.find_card, sha256=first.request["sha256"])

    assert await in_use(db) == "expert-2026-03"
    assert old.version == "expert-2026-02"
    assert old.hash == first.request["sha256"]


async def test_what_is_agreed_to_is_what_was_proposed(db, operators) -> None:
    one, two = operators
    approval = await propose(db, one)

    with pytest.raises(RequestChanged):
        await approve(db, two, approval, sha256="00" * 32)


async def test_two_cards_do_not_wait_for_one_role(db, operators) -> None:
    await propose(db, operators[0])

    with pytest.raises(ProposalWaiting):
        await propose(db, operators[0], OTHER)

    await propose(db, operators[0], OTHER, Role.CHALLENGER)


async def test_a_card_of_few_defaults_may_watch_and_not_decide(db, operators) -> None:
    one, two = operators
    with pytest.raises(ScorecardUnproven):
        await propose(db, one, FEW)

    await approve(db, two, await propose(db, one, FEW, Role.CHALLENGER))

    assert await in_use(db, Role.CHALLENGER) == FEW["version"]


def lying(edges: object, counts: object) -> dict[str, object]:
    """Make a card whose sample lay in groups that it cannot have lain in."""
    score = {"edges": edges, "counts": counts}
    return EXPERT | {"baseline": {"score": score, "features": {}}}


@pytest.mark.parametrize(
    "artefact",
    [
        {}, [], {"version": 1}, EXPERT | {"grades": 1}, EXPERT | {"baseline": {}},
        lying([1], [3]), lying([2, 1], [3, 3, 3]), lying([1], [0, 0]),
        lying(["x"], [1, 1]), lying([1], [-1, 9]), lying([1], [1.5, {}]),
    ],
)  # fmt: skip
async def test_what_is_no_scorecard_is_refused(db, operators, artefact) -> None:
    with pytest.raises(ScorecardUnreadable):
        await propose(db, operators[0], artefact)


async def test_the_change_is_on_the_log(db, operators) -> None:
    one, two = operators
    approval = await propose(db, one)
    await approve(db, two, approval)

    async def told(uow):
        rows = await uow.session.execute(text("SELECT type, data FROM event"))
        return {row.type: row.data for row in rows}

    facts = (await db.read(told))["scorecard.adopted"]
    assert facts["sha256"] == approval.request["sha256"]
    assert facts["replaces_sha256"] is None


async def test_an_adoption_is_never_unmade(db, operators) -> None:
    one, two = operators
    await approve(db, two, await propose(db, one))

    async def unmake(uow):
        await uow.session.execute(text("DELETE FROM scorecard_adoption"))

    with pytest.raises(DBAPIError):
        await db.transact(unmake)


async def test_a_file_nested_without_end_is_no_scorecard(db, operators) -> None:
    with pytest.raises(ScorecardUnreadable):
        await db.transact(
            scorecards.propose_adoption,
            artefact="[" * 100_000,
            role=Role.CHAMPION,
            operator_id=operators[0],
            note="Deep",
        )


async def test_a_card_of_trees_may_watch_and_never_decide(db, operators) -> None:
    with pytest.raises(ScorecardUnexplained):
        await propose(db, operators[0], TREES)

    watching = await propose(db, operators[0], TREES, Role.CHALLENGER)
    await approve(db, operators[1], watching)
    assert await in_use(db, Role.CHALLENGER) == "trees-1"
