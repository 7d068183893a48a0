"""Columns named once are known in later files, and old files keep their version."""

from pathlib import Path

import pytest

from ledger.database import Database
from risk import identity, statements
from risk.statements import ColumnMapIncomplete, Holds, NamedColumn, read_statements
from risk.statements.errors import StatementColumnsUnknown

STYLES = Path(__file__).parents[2] / "data" / "statements" / "styles"
NAMED = (
    NamedColumn("Wann", Holds.BOOKED_ON),
    NamedColumn("Was", Holds.REFERENCE),
    NamedColumn("Wer"),
    NamedColumn("Wieviel", Holds.AMOUNT),
    NamedColumn("Geld", Holds.CURRENCY),
)
FILE = "Wann,Was,Wer,Wieviel,Geld\n2025-01-02,Sale,Dara,{}.00,USD\n"


@pytest.fixture
async def firm(db: Database) -> str:
    return await register(db, "Sok Heng Trading")


async def register(db: Database, name: str) -> str:
    party = await db.transact(
        identity.register_party, kind="firm", name=name, country="KH", tax_resident=True
    )
    return party.id


async def receive(db: Database, firm: str, amount: int = 5) -> statements.Statement:
    content = FILE.format(amount).encode()
    return await statements.receive_statement(
        db, party_id=firm, file_name="a.csv", content=content
    )


async def name(db: Database, by: str, columns=NAMED, for_party=None):
    return await db.transact(
        statements.name_columns, named=columns, by=by, for_party=for_party
    )


async def test_a_file_nobody_knew_is_read_once_its_columns_are_named(
    db: Database, firm: str
) -> None:
    with pytest.raises(StatementColumnsUnknown):
        await receive(db, firm)

    kept = await name(db, firm, for_party=firm)

    statement = await receive(db, firm)
    assert (statement.column_map, kept.version) == (kept.id, 1)
    assert statement.currency.value == "USD"


async def test_one_firms_names_are_not_anothers_but_an_operators_are_for_all(
    db: Database, firm: str
) -> None:
    other = await register(db, "Other")
    await name(db, firm, for_party=firm)

    with pytest.raises(StatementColumnsUnknown):
        await receive(db, other)
    for_all = await name(db, firm)

    assert (await receive(db, other)).column_map == for_all.id
    assert (await receive(db, firm)).column_map != for_all.id


async def test_a_statement_is_read_again_by_the_version_it_was_read_by(
    db: Database, firm: str
) -> None:
    await name(db, firm)
    old = await receive(db, firm)
    turned = [
        NamedColumn("Wer", Holds.REFERENCE) if one.heading == "Wer"
        else NamedColumn("Was", Holds.COUNTERPARTY) if one.heading == "Was" else one
        for one in NAMED
    ]  # fmt: skip
    later = await name(db, firm, turned)

    new = await receive(db, firm, 6)

    assert (later.version, new.column_map) == (2, later.id)
    for statement, said in ((old, "Sale"), (new, "Dara")):
        read = await db.read(statements.reread_statement, statement_id=statement.id)
        assert read.parsed.transactions[0].reference == said


async def test_names_without_a_date_or_with_a_column_twice_are_refused(
    db: Database, firm: str
) -> None:
    for columns in (NAMED[1:], [*NAMED, NamedColumn("Noch", Holds.AMOUNT)]):
        with pytest.raises(ColumnMapIncomplete):
            await name(db, firm, columns)


async def test_both_currencies_of_a_file_are_kept_and_read_again(
    db: Database, firm: str
) -> None:
    content = (STYLES / "bakong.csv").read_bytes()

    first = await statements.receive_statement(
        db, party_id=firm, file_name="bakong.csv", content=content
    )

    page = await db.read(statements.list_statements, party_id=firm)
    assert {item.currency.value for item in page.items} == {"USD", "KHR"}
    assert first.id in {item.id for item in page.items}
    for item in page.items:
        read = await db.read(statements.reread_statement, statement_id=item.id)
        assert read.currency is item.currency


@pytest.mark.parametrize(
    ("style", "moved"),
    [
        ("aba", {"USD": [12_000, -4_550]}),
        ("wing", {"KHR": [40_000_000, -10_100_000]}),
        ("bakong", {"USD": [2_500], "KHR": [-400_000]}),
    ],
)
def test_exports_in_the_styles_of_cambodia_are_read(
    style: str, moved: dict[str, list[int]]
) -> None:
    content = (STYLES / f"{style}.csv").read_bytes()

    found = read_statements(f"{style}.csv", content)

    assert {
        one.parsed.currency: [item.amount_minor for item in one.parsed.transactions]
        for one in found
    } == moved
