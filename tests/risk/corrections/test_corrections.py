"""What an operator puts right becomes a rule, numbered, for what is judged afterwards."""

import pytest

from ledger.database import Database
from ledger.errors import NotFound
from risk import corrections, identity
from risk.cashflow import RULES_VERSION, Category, categorise
from tests.risk.cashflow.builders import before


async def an_operator(db: Database) -> str:
    party = await db.transact(
        identity.register_party,
        kind=identity.PartyKind.PERSON,
        name="Operator",
        country="KH",
        tax_resident=True,
    )
    return party.id


async def correct(db: Database, who: str, category: Category, *, operator: str):
    return await db.transact(
        corrections.correct_category,
        counterparty=who,
        incoming=True,
        category=category,
        reason="The firm's owner, by the register.",
        operator_id=operator,
    )


async def test_a_correction_is_a_rule_from_then_on_and_versions_are_kept(
    db: Database,
) -> None:
    operator = await an_operator(db)
    line = before(3, 500, "Sale", who="SOK HENG 012")

    first = await correct(
        db, "Sok  Heng Co., Ltd.", Category.OWNER_MONEY, operator=operator
    )
    await correct(db, "Sok Heng", Category.LOAN_IN, operator=operator)
    rules = await db.read(corrections.get_rulebook)
    older = await db.read(corrections.get_rulebook, version=f"{RULES_VERSION}+1")
    written = await db.read(corrections.get_rulebook, version=RULES_VERSION)

    assert (first.number, first.counterparty) == (1, "sok heng")
    assert rules.version == f"{RULES_VERSION}+2"
    said = [categorise(line, book) for book in (written, older, rules)]
    assert said == [Category.SALES, Category.OWNER_MONEY, Category.LOAN_IN]
    assert categorise(line._replace(amount_minor=-500), rules) is not Category.LOAN_IN
    page = await db.read(corrections.list_corrections)
    assert [item.number for item in page.items] == [2, 1]


async def test_a_name_of_numbers_alone_is_refused(db: Database) -> None:
    operator = await an_operator(db)

    with pytest.raises(corrections.CorrectionNamesNobody):
        await correct(db, "012 345 678", Category.SALES, operator=operator)


@pytest.mark.parametrize(
    "version", ["2020-01", f"{RULES_VERSION}+7", f"{RULES_VERSION}+x"]
)
async def test_rules_that_never_were_are_not_found(db: Database, version: str) -> None:
    with pytest.raises(NotFound):
        await db.read(corrections.get_rulebook, version=version)
