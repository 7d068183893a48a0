"""Category rules over HTTP: an operator puts right what a movement was for."""

from tests.api.conftest import Person

FOUND = {
    "counterparty": "Sok Heng Co., Ltd.",
    "incoming": True,
    "category": "owner_money",
    "reason": "The firm's owner, by the register.",
}


async def test_a_correction_is_entered_by_the_name_of_its_category_and_listed(
    operator: Person,
) -> None:
    made = await operator.post("/category-rules", FOUND)
    listed = await operator.get("/category-rules")

    assert made.status_code == 201, made.text
    assert made.json()["category"] == "owner_money"
    assert listed.json()["items"] == [made.json()]
