"""Two operators change the scorecard on its page, and anybody of the staff sees the watch."""

import json

from api.auth import Role
from risk.modelcard import brief, read_artefact
from tests.api.portal.conftest import Reader, SignedIn

CARD = read_artefact() | {"version": "kh-2026-07"}


async def propose(reader: Reader, content: bytes) -> None:
    await reader.open("/scorecards")
    hidden = {
        name: reader.page.text.split(f'name="{name}" value="')[-1].split('"')[0]
        for name in ("token", "once")
    }
    reader.page = await reader.client.post(
        "/scorecards",
        data=hidden | {"role": "champion", "reason": "Validated in June"},
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
