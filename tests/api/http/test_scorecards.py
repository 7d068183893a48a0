"""A scorecard is proposed, agreed to and listed over HTTP, and watched by staff."""

import json

from risk.modelcard import read_artefact
from tests.api.http.market import Market, ok

CARD = json.dumps(read_artefact() | {"version": "kh-2026-08"})


async def test_two_operators_change_the_card_over_http(market: Market) -> None:
    sent = {"artefact": CARD, "role": "champion", "note": "Validated"}
    proposed = ok(await market.reviewer.post("/scorecards", sent))
    agreed = {"sha256": proposed["request"]["sha256"]}
    path = f"/scorecards/{proposed['id']}/approve"

    assert (await market.reviewer.post(path, agreed)).status_code == 403
    adopted = ok(await market.approver.post(path, agreed))

    assert (adopted["version"], adopted["role"]) == ("kh-2026-08", "champion")
    assert adopted["proposed_by"] != adopted["approved_by"]
    listed = ok(await market.reviewer.get("/scorecards"))["items"]
    assert listed == [adopted]
    watched = ok(await market.reviewer.get("/scorecards/watch"))["watch"]
    assert watched["model"] == "kh-2026-08"


async def test_a_declined_card_is_not_in_use(market: Market) -> None:
    sent = {"artefact": CARD, "role": "challenger", "note": "Validated"}
    proposed = ok(await market.reviewer.post("/scorecards", sent))

    path = f"/scorecards/{proposed['id']}/decline"
    declined = ok(await market.approver.post(path))

    assert declined["status"] == "declined"
    assert ok(await market.reviewer.get("/scorecards"))["items"] == []
