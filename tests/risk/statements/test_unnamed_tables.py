"""A table nobody could read waits whole until somebody says what its columns hold."""

import asyncio
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from sqlalchemy import func, select

from ledger.clock import StoppedClock
from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound
from ledger.money import Currency
from risk import statements
from risk.statements import (
    ColumnMapIncomplete,
    HeadingMissing,
    Holds,
    Naming,
    UnnamedTable,
    guess_columns,
)
from risk.statements.errors import (
    StatementColumnsUnknown,
    StatementCurrencyUnknown,
    StatementDateUnreadable,
    StatementRefused,
)
from risk.statements.findings import Flaw, Verdict
from risk.statements.reader import first_rows, read_statements
from tests.risk.statements.test_column_maps import register

TABLE = (
    "Shop book\n\nWann;Was;Rein;Raus\n{}.01.2025;Sale;5,00;\n03.01.2025;Rice;;4,50\n"
)
USD = "Account in USD\n" + TABLE
COLUMNS = {
    0: Holds.BOOKED_ON,
    1: Holds.REFERENCE,
    2: Holds.CREDIT,
    3: Holds.DEBIT,
}


@pytest.fixture
async def firm(db: Database) -> str:
    return await register(db, "Sok Heng Trading")


async def send(db: Database, firm: str, text: str = USD, day: int = 2):
    content = text.format(f"{day:02}").encode()
    return await statements.receive_statement(
        db, party_id=firm, file_name="shop.csv", content=content
    )


async def set_aside(db: Database, firm: str, text: str = USD, day: int = 2):
    with pytest.raises(StatementRefused):
        await send(db, firm, text, day)
    return (await waiting(db, firm))[0]


async def waiting(db: Database, firm: str | None = None):
    return await db.read(statements.list_unnamed, party_id=firm)


async def name(db: Database, table, firm: str, naming: Naming, for_all: bool = False):
    return await db.transact(
        statements.name_table,
        table_id=table.id,
        naming=naming,
        by=firm,
        for_party=None if for_all else firm,
    )


def test_a_table_whose_cells_are_all_quoted_can_be_named_too() -> None:
    text = (
        '"Wann","Was","Rein"\n"02.01.2025","Sale","5.00"\n"03.01.2025","Rice","4.50"\n'
    )

    with pytest.raises(StatementColumnsUnknown):
        read_statements("shop.csv", text.encode())

    assert first_rows(text.encode())[0].cells == ["Wann", "Was", "Rein"]


async def test_a_table_waits_and_is_read_as_its_columns_are_named(
    db: Database, firm: str
) -> None:
    table = await set_aside(db, firm)

    statement = await name(db, table, firm, Naming(4, COLUMNS))

    assert (statement.line_count, statement.currency) == (2, Currency.USD)
    assert statement.verdict is Verdict.REVIEW  # It states no balances.
    assert await waiting(db, firm) == []
    again = await send(db, firm, day=1)
    assert again.column_map == statement.column_map
    read = await db.read(statements.reread_statement, statement_id=statement.id)
    assert [item.amount_minor for item in read.parsed.transactions] == [500, -450]


async def test_what_cannot_be_read_so_is_refused_and_nothing_is_kept(
    db: Database, firm: str
) -> None:
    table = await set_aside(db, firm)
    wrong = [
        (Naming(4, {0: Holds.BOOKED_ON}), ColumnMapIncomplete),
        (Naming(4, COLUMNS | {1: Holds.BOOKED_ON}), ColumnMapIncomplete),
        (Naming(4, COLUMNS | {0: Holds.REFERENCE, 1: Holds.BOOKED_ON}), StatementDateUnreadable),
        (Naming(4, COLUMNS | {9: Holds.FEE}), HeadingMissing),
        (Naming(99, COLUMNS), HeadingMissing),
    ]  # fmt: skip

    for naming, refusal in wrong:
        with pytest.raises(refusal):
            await name(db, table, firm, naming)

    assert [one.id for one in await waiting(db, firm)] == [table.id]
    maps = await db.read(statements.list_maps, party_id=firm)
    assert maps.items == []


async def test_a_currency_the_file_does_not_name_is_told_and_looked_at(
    db: Database, firm: str
) -> None:
    table = await set_aside(db, firm, TABLE)
    with pytest.raises(StatementCurrencyUnknown):
        await name(db, table, firm, Naming(3, COLUMNS))

    statement = await name(db, table, firm, Naming(3, COLUMNS, Currency.KHR))

    assert statement.currency is Currency.KHR
    assert Flaw.CURRENCY_TOLD in {one["flaw"] for one in statement.findings}
    assert statement.verdict is Verdict.REVIEW
    read = await db.read(statements.reread_statement, statement_id=statement.id)
    assert read.currency is Currency.KHR
    # It was told for one file: the next may be of another currency.
    with pytest.raises(StatementCurrencyUnknown):
        await send(db, firm, TABLE, day=1)


async def test_a_told_currency_never_overrules_the_file(
    db: Database, firm: str
) -> None:
    table = await set_aside(db, firm)
    statement = await name(db, table, firm, Naming(4, COLUMNS, Currency.KHR))

    assert statement.currency is Currency.USD
    assert Flaw.CURRENCY_TOLD not in {one["flaw"] for one in statement.findings}


async def test_a_told_currency_against_the_signs_of_amounts_is_refused(
    db: Database, firm: str
) -> None:
    table = await set_aside(db, firm, TABLE.replace("5,00", "៛5000 $2"))

    with pytest.raises(StatementCurrencyUnknown):
        await name(db, table, firm, Naming(3, COLUMNS, Currency.USD))


async def test_known_columns_without_a_currency_wait_for_it_alone(
    db: Database, firm: str
) -> None:
    text = "Date,Amount,Balance\n2025-01-{},5.00,5.00\n2025-01-03,-4.00,1.00\n"
    table = await set_aside(db, firm, text)
    rows = (await statements.open_table(db, table_id=table.id)).rows
    columns = guess_columns(rows, rows[0])

    statement = await name(db, table, firm, Naming(1, columns, Currency.USD))

    assert (statement.line_count, statement.verdict) == (2, Verdict.REVIEW)


async def test_only_the_newest_few_wait_and_none_for_long(
    db: Database, firm: str, clock: StoppedClock
) -> None:
    for day in range(1, 8):
        await set_aside(db, firm, day=day)
        clock.advance(timedelta(minutes=1))
    await set_aside(db, firm, day=7)
    kept = await waiting(db)
    assert len(kept) == 5

    clock.advance(timedelta(days=7))

    assert await waiting(db) == []
    with pytest.raises(NotFound):
        await name(db, kept[0], firm, Naming(4, COLUMNS))
    await db.transact(statements.forget_old)
    assert await db.read(_count_kept) == 0


async def _count_kept(uow: UnitOfWork) -> int | None:
    return await uow.session.scalar(select(func.count()).select_from(UnnamedTable))


async def test_two_who_name_at_once_make_one_statement(db: Database, firm: str) -> None:
    table = await set_aside(db, firm)

    done = await asyncio.gather(
        *(name(db, table, firm, Naming(4, COLUMNS)) for _ in range(4)),
        return_exceptions=True,
    )

    assert sum(not isinstance(one, BaseException) for one in done) == 1
    assert all(isinstance(one, statements.Statement | NotFound) for one in done)
    assert len((await db.read(statements.list_maps, party_id=firm)).items) == 1


async def test_another_file_that_is_no_table_does_not_wait(
    db: Database, firm: str
) -> None:
    for text in ("Dear sir,\nno table here.\n", "", "%PDF-1.7 a,b\n1,2\n"):
        with pytest.raises(StatementRefused):
            await send(db, firm, text)

    assert await waiting(db) == []


async def test_a_workbook_with_headings_nobody_knows_waits_too(
    db: Database, firm: str
) -> None:
    book, stream = openpyxl.Workbook(), BytesIO()
    for row in (["Wann", "Wieviel USD"], ["2025-01-02", 5], ["2025-01-03", -4]):
        book.active.append(row)
    book.save(stream)
    with pytest.raises(StatementColumnsUnknown):
        await statements.receive_statement(
            db, party_id=firm, file_name="shop.xlsx", content=stream.getvalue()
        )
    (table,) = await waiting(db, firm)
    naming = Naming(1, {0: Holds.BOOKED_ON, 1: Holds.AMOUNT}, Currency.USD)

    statement = await name(db, table, firm, naming)

    assert statement.line_count == 2


def test_columns_are_guessed_by_their_words_and_a_date_by_its_look() -> None:
    rows = first_rows(
        b"Shop,USD\nWann,Amount,Amount,Memo\n2.1.2025,5,5,x\n3.1.2025,6,6,y\n"
    )

    assert guess_columns(rows, rows[1]) == {
        0: Holds.BOOKED_ON,
        1: Holds.AMOUNT,
        3: Holds.REFERENCE,
    }


@pytest.mark.parametrize(
    "text",
    [
        ("a," * 5_000 + "\n") * 3,
        f"{'a' * 201},b\n" * 3,
        f"when,what,{'a' * 131_073}\n" * 3,
    ],
)
def test_lines_too_wide_or_too_long_for_headings_are_no_table(text: str) -> None:
    assert first_rows(text.encode()) == []


def test_rows_are_cut_where_most_have_a_second_cell() -> None:
    rows = first_rows(b"a, b\nWhen;What, for;How much\n1;2;3\n4;5;6\n")

    assert rows[1].cells == ["When", "What, for", "How much"]
