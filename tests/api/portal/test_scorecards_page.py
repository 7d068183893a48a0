"""Two operators change the scorecard on its page, and anybody of the staff sees the watch."""

import json

from api.auth import Role
from risk.identity import PartyKind
from risk.modelcard import brief, read_artefact
from tests.api.portal.conftest import Reader, SignedIn
from tests.api.portal.world import FIRM, World, usd
from tests.risk.scoring.test_trees import TREES

CARD = read_artefact() | {"version": "kh-2026-07"}


async def propose(reader: Reader, content: bytes, role: str = "champion") -> None:
    await reader.open("/scorecards")
    hidden = {
        name: reader.page.text.split(f'name="{name}" value="')[-1].split('"')[0]
        for name in ("token", "once")
    }
    reader.page = await reader.client.post(
        "/scorecards",
        data=hidden | {"role": role, "reason": "Validated in June"},
        files={"file": ("card.json", content, "application/json")},
        follow_redirects=True,
    )


async def test_one_operator_proposes_a_card_and_another_puts_it_into_use(
    signed_in: SignedIn,
) -> None:
    one = await signed_in(Role.OPERATOR)
    await propose(one, json.dumps(CARD).encode())
    assert "A second operator must agree." in one.page.text
    assert "You proposed it." in one.page.text

    two = await signed_in(Role.OPERATOR)
    page = await two.open("/scorecards")
    assert brief(CARD).sha256 in page.text
    assert "Validated in June" in page.text
    action = page.text.split('action="/scorecards/')[1].split('"')[0]
    page = await two.send(f"/scorecards/{action}")

    assert "The card is in use from now on." in page.text
    assert "kh-2026-07" in page.text
    assert "Waits for a second person" not in page.text


async def test_what_is_no_card_is_refused_on_the_page(signed_in: SignedIn) -> None:
    reader = await signed_in(Role.OPERATOR)

    await propose(reader, b"\xff\xfe")
    assert reader.page.status_code == 422
    await propose(reader, b"{}")
    assert "This file is not a scorecard" in reader.page.text


async def test_the_regulator_sees_the_watch_and_changes_nothing(
    signed_in: SignedIn,
) -> None:
    page = await (await signed_in(Role.REGULATOR)).open("/scorecards")

    assert "expert-2026-01" in page.text
    assert "How it is doing" in page.text
    assert "Propose this card" not in page.text


async def test_trees_watch_beside_the_champion_and_are_held_against_it(
    world: World, signed_in: SignedIn
) -> None:
    one = await signed_in(Role.OPERATOR, world.operators[0])
    trees = json.dumps(TREES).encode()
    await propose(one, trees)
    assert "A card of trees gives no reasons." in one.page.text
    await propose(one, trees, "challenger")
    two = await signed_in(Role.OPERATOR, world.operators[1])
    page = await two.open("/scorecards")
    action = page.text.split('action="/scorecards/')[1].split('"')[0]
    await two.send(f"/scorecards/{action}")

    firm = await world.join(FIRM, PartyKind.FIRM)
    await world.apply(firm, usd(6_000))

    page = await two.open("/scorecards")
    assert "trees-1" in page.text
    assert "Champion and challenger on the same firms" in page.text
    assert "In one grade&#39;s band by both" in page.text
