"""A statement says what an account had, what moved and what it has, in three formats."""

import csv
import json
import os
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from lxml import etree

from ledger import accounts, entries, exports
from ledger.database import Database
from ledger.errors import InvariantBroken, NotFound
from ledger.exports.statement import decimal_text
from ledger.ids import AccountId
from risk.statements import read_accounts
from tests.ledger.builders import an_entry, move, open_accounts

DAY = timedelta(days=1)


@pytest.fixture
async def wallet(db: Database, clock) -> AccountId:
    """A wallet with 100.00 before the span, then +25.50 and -0.05, then +1.00 after."""
    bank, a, b = await db.transact(open_accounts)
    await move(db, bank, a, 10_000)
    clock.advance(DAY)
    await post(db, bank, a, 2_550, memo='=SUM(A1) "ប្រាក់" & <x>\x01, more')
    clock.advance(DAY)
    await move(db, a, b, 5)
    clock.advance(DAY)
    await move(db, bank, a, 100)
    return a


async def post(db: Database, debit, credit, units: int, *, memo: str) -> None:
    legs = entries.transfer(debit=debit, credit=credit, units=units)
    await db.transact(entries.post, [an_entry(db, legs, memo=memo)])


@pytest.fixture
async def statement(db: Database, clock, wallet) -> exports.AccountStatement:
    until = clock.now()
    return await db.read(
        exports.account_statement, wallet, since=until - 2 * DAY, until=until
    )


def test_the_lines_lead_from_the_opening_to_the_closing_balance(statement) -> None:
    assert (statement.opening, statement.closing) == (10_000, 12_545)
    assert [line.units for line in statement.lines] == [2_550, -5]
    assert [line.balance_after for line in statement.lines] == [12_550, 12_545]


async def test_a_span_without_movement_has_the_balance_of_its_start(
    db, clock, wallet
) -> None:
    clock.advance(DAY)
    span = {"since": clock.now(), "until": clock.now() + DAY}

    quiet = await db.read(exports.account_statement, wallet, **span)

    assert (quiet.opening, quiet.closing, quiet.lines) == (12_645, 12_645, ())
    nobody = AccountId("acct_" + "0" * 26)
    with pytest.raises(NotFound):
        await db.read(exports.account_statement, nobody, **span)


def test_json_keeps_whole_units_as_text(statement) -> None:
    shown = json.loads(exports.write_json(statement))

    assert shown["opening"] == "10000"
    assert shown["lines"][1]["units"] == "-5"
    assert shown["lines"][0]["booked_at"] == "2026-01-06T02:00:00.000000Z"


def test_csv_adds_up_and_no_text_becomes_a_formula(statement) -> None:
    rows = list(csv.DictReader(StringIO(exports.write_csv(statement))))

    assert [row["balance"] for row in rows] == ["100.00", "125.50", "125.45", "125.45"]
    assert [row["amount"] for row in rows] == ["", "25.50", "-0.05", ""]
    assert rows[1]["memo"].startswith("'=SUM(A1)")


def test_camt_is_read_back_by_a_reader_of_bank_statements(statement) -> None:
    written = exports.write_camt053(statement, created_at=statement.until)

    (read,) = read_accounts("camt.xml", written)

    assert (read.opening, read.closing) == (10_000, 12_545)
    assert [line.amount_minor for line in read.transactions] == [2_550, -5]
    assert read.currency == "USD"
    assert read.transactions[0].booked_on == date(2026, 1, 6)


def test_camt_is_valid_by_its_schema(statement) -> None:
    """The schema is ISO's own file; name where yours lies in TONLE_CAMT053_XSD."""
    schema = os.environ.get("TONLE_CAMT053_XSD")
    if not schema:
        pytest.skip("no schema; set TONLE_CAMT053_XSD to camt.053.001.08.xsd")
    document = etree.fromstring(
        exports.write_camt053(statement, created_at=statement.until)
    )

    etree.XMLSchema(etree.parse(Path(schema))).assertValid(document)


async def test_shares_have_no_bank_statement(db, clock) -> None:
    await db.transact(accounts.register_share_class, code="share_of_a_firm")
    spec = accounts.Spec(
        accounts.REGISTER, "holder", "holder", "share_of_a_firm", accounts.Side.CREDIT
    )
    (account,) = await db.transact(accounts.open_all, [spec])
    span = {"since": clock.now(), "until": clock.now() + DAY}
    units = await db.read(exports.account_statement, account, **span)

    assert units.exponent == 0
    with pytest.raises(InvariantBroken):
        exports.write_camt053(units, created_at=clock.now())


@pytest.mark.parametrize(
    ("units", "exponent", "text"),
    [(0, 2, "0.00"), (-5, 2, "-0.05"), (123_456, 2, "1234.56"), (7, 0, "7")],
)
def test_amounts_are_written_exactly(units, exponent, text) -> None:
    assert decimal_text(units, exponent) == text
