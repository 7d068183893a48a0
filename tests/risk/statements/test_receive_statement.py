"""A party's file is kept once with its bytes and lines, or only its refusal is."""

import hashlib
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from ledger.database import Database
from ledger.errors import NotFound
from ledger.ids import new_id
from risk import identity, statements
from risk.statements import Statement, StatementLine, StatementRefusal, Verdict
from risk.statements.errors import StatementBalanceBroken
from risk.statements.sample import Profile, sample_statement

FILES = Path(__file__).parents[2] / "data" / "statements"
GOOD = sample_statement(1, Profile.FAIR, ends_on=date(2025, 12, 31))


@pytest.fixture
async def firm(db: Database) -> str:
    party = await db.transact(
        identity.register_party,
        kind="firm",
        name="Sok Heng Trading",
        country="KH",
        tax_resident=True,
    )
    return party.id


async def rows(db: Database, model: type) -> int:
    async def count(uow) -> int:
        return await uow.session.scalar(select(func.count()).select_from(model))

    return await db.read(count)


async def receive(db: Database, firm: str, content: bytes = GOOD):
    return await statements.receive_statement(
        db, party_id=firm, file_name="C:\\bank\\december.csv", content=content
    )


async def test_a_good_file_is_kept_with_hash_lines_and_verdict(
    db: Database, firm: str
) -> None:
    kept = await receive(db, firm)

    assert kept.sha256 == hashlib.sha256(GOOD).digest()
    assert (kept.file_name, kept.verdict) == ("december.csv", Verdict.OK)
    assert kept.line_count == await rows(db, StatementLine)
    lines = []
    while more := await db.read(
        statements.list_lines, statement_id=kept.id, after=len(lines), limit=200
    ):
        lines += more
    assert [line.position for line in lines] == list(range(1, kept.line_count + 1))
    moved = sum(line.amount_minor for line in lines)
    assert kept.opening_minor + moved == kept.closing_minor


async def test_the_same_bytes_again_give_the_same_statement(
    db: Database, firm: str
) -> None:
    first = await receive(db, firm)

    again = await receive(db, firm)

    assert again.id == first.id
    assert await rows(db, Statement) == 1


async def test_kept_bytes_read_again_say_the_same(db: Database, firm: str) -> None:
    kept = await receive(db, firm)

    read = await db.read(statements.reread_statement, statement_id=kept.id)

    assert len(read.parsed.transactions) == kept.line_count
    assert read.parsed.closing == kept.closing_minor


async def test_of_a_refused_file_only_the_refusal_is_kept(
    db: Database, firm: str
) -> None:
    broken = GOOD.replace(b"Salary,FT", b"Salary,FX", 1)
    lines = broken.split(b"\r\n")
    del lines[40]

    with pytest.raises(StatementBalanceBroken) as refused:
        await receive(db, firm, b"\r\n".join(lines))

    page = await db.read(statements.list_refusals, party_id=firm)
    assert [(row.code, row.source_line) for row in page.items] == [
        ("statement_balance_broken", 41)
    ]
    assert "december.csv, line 41" in str(refused.value)
    assert await rows(db, Statement) == 0
    assert await rows(db, StatementLine) == 0


async def test_a_file_for_an_unknown_party_is_not_found(db: Database, clock) -> None:
    with pytest.raises(NotFound):
        await receive(db, new_id("party", clock.now()))
    with pytest.raises(NotFound):
        await receive(db, new_id("party", clock.now()), b"")

    assert await rows(db, StatementRefusal) == 0


async def test_statements_are_listed_for_their_party_only(
    db: Database, firm: str
) -> None:
    other = await db.transact(
        identity.register_party,
        kind="firm",
        name="Other",
        country="KH",
        tax_resident=True,
    )
    kept = await receive(db, firm)
    await receive(db, other.id)

    page = await db.read(statements.list_statements, party_id=firm)

    assert [item.id for item in page.items] == [kept.id]


@pytest.mark.parametrize("table", ["statement", "statement_line", "statement_refusal"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET source_line = 1"])
def test_the_application_cannot_change_evidence(
    app_url: str, table: str, act: str
) -> None:
    act = act.replace("source_line", "line_count") if table == "statement" else act

    with (
        psycopg.connect(app_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(act.format(table))
