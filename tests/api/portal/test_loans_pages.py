"""All loans on one page for who collects and supervises, and the loan tape."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest

from api import tape
from api.auth import Role
from contracts import loan as loans
from finance import lending
from finance.lending import Loan, Lot
from ledger.clock import StoppedClock, business_date
from ledger.database import Database
from ledger.ids import PartyId
from tests.api.portal.conftest import SignedIn, plain
from tests.api.portal.world import FIRM, World, usd


async def running(world: World, *firms: str) -> list[Loan]:
    """Loans of three thousand dollars each, whose money all went out today."""
    made = [await world.lend(firm, 3_000) for firm in firms]
    for loan in made:
        await world.sign(loan)
    return made


async def count(world: World, *loans_to_count: Loan) -> None:
    """Let the day-end bring loans to today."""
    for loan in loans_to_count:
        await world.db.transact(lending.count_day, loan_id=loan.id)


@pytest.fixture
async def late(world: World, clock: StoppedClock) -> Loan:
    """A loan forty days without a payment, counted."""
    (made,) = await running(world, FIRM)
    clock.advance(timedelta(days=40))
    await count(world, made)
    return made


async def test_who_collects_sees_the_late_loans_first_and_as_they_stand_now(
    world: World, late: Loan, signed_in: SignedIn
) -> None:
    await count(world, *await running(world, "Tailor"))
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = await reader.open("/loans")
    all_running = await reader.open("/loans?show=running")
    ended = await reader.open("/loans?show=ended")

    assert f'href="/loans/{late.id}"' in page.text
    assert "<Battambang>" not in page.text
    said = plain(page)
    for words in ("Late (1)", "Running (2)", "Ended (0)", "USD 3,000.00", "days late"):
        assert words in said
    assert "Tailor" not in said
    assert "Tailor" in plain(all_running)
    assert "No such loan." in ended.text

    state = await world.db.read(lending.loan_state, loan_id=late.id)
    firm = PartyId(late.borrower)
    await world.db.transact(
        lending.repay, loan_id=late.id, party_id=firm, amount=state.overdue.total
    )
    paid = plain(await reader.open("/loans?show=late"))
    assert "On time" in paid
    assert "days late" not in paid


async def test_the_longest_late_come_first_and_the_cursor_goes_on_behind_them(
    world: World, late: Loan, clock: StoppedClock
) -> None:
    second, third = await running(world, "Tailor", "Weaver")
    clock.advance(timedelta(days=40))
    await count(world, late, second, third)

    first = await world.db.read(lending.list_lot, lot=Lot.LATE, limit=1)
    after = first.next_after
    following = await world.db.read(
        lending.list_lot, lot=Lot.LATE, after=after, limit=1
    )
    paid = PartyId(third.borrower)
    await world.db.transact(
        lending.repay, loan_id=third.id, party_id=paid, amount=usd(600)
    )
    clock.advance(timedelta(days=1))
    await count(world, late, second, third)
    last = await world.db.read(
        lending.list_lot, lot=Lot.LATE, after=following.next_after, limit=1
    )

    shown = [one.items[0].loan.id for one in (first, following, last)]
    assert shown == [late.id, third.id, second.id]
    assert last.next_after is None


async def test_the_tape_has_a_line_for_each_loan_and_adds_up_to_the_books(
    world: World, late: Loan, db: Database, signed_in: SignedIn
) -> None:
    today = business_date(world.clock.now())
    firm = PartyId(late.borrower)
    await world.db.transact(
        lending.repay, loan_id=late.id, party_id=firm, amount=usd(300)
    )
    plan = lending.NewPlan(today, 900, 12, today + timedelta(days=30))
    eased = await db.read(lending.restructuring, loan_id=late.id, plan=plan)
    await world.agree(late, eased)
    reader = await signed_in(Role.REGULATOR)

    given = await reader.open("/loan-tape.csv")
    sheet = await reader.open("/loan-tape.xlsx")
    book_of_sheet = openpyxl.load_workbook(io.BytesIO(sheet.content))

    (line,) = csv.DictReader(io.StringIO(given.content.decode("utf-8-sig")))
    (book,) = await db.read(lending.assess_book)
    assert (line["loan"], line["borrower"]) == (late.id, late.borrower)
    assert (line["status"], line["currency"]) == ("active", "USD")
    assert (line["principal"], line["received"]) == ("3000.00", "300.00")
    assert line["owed"] == str(book.gross.major())
    assert line["expected_loss"] == str(book.expected.major())
    assert line["forborne"] == "yes"
    loan = await db.read(lending.get_loan, loan_id=late.id)
    assert line["disbursed_on"] == str(loan.disbursed_on)
    assert FIRM not in given.text
    heads, values = book_of_sheet.active.values
    assert list(heads) == list(line)
    assert values[0] == late.id
    assert Decimal(str(values[heads.index("owed")])) == Decimal(line["owed"])


async def test_a_loan_written_off_keeps_its_class_and_says_what_was_lost(
    world: World, late: Loan, db: Database, clock: StoppedClock
) -> None:
    one, two = world.operators
    clock.advance(timedelta(days=200))
    asked = await db.transact(
        lending.propose_write_off, loan_id=late.id, operator_id=one, note="Gone."
    )
    await db.transact(lending.approve_write_off, approval_id=asked.id, operator_id=two)

    (line,) = await db.read(lending.read_tape)

    state = await db.read(lending.loan_state, loan_id=late.id)
    told = dict(zip(*tape.table_of([line]), strict=True))
    assert (told["status"], told["class"]) == ("written_off", "loss")
    assert told["written_off"] == state.written_off.total.major()
    assert (told["owed"], told["days_past_due"], told["provision"]) == (0, "", "")


async def test_only_the_last_restructuring_says_whether_a_loan_is_eased(
    world: World, late: Loan, db: Database
) -> None:
    today = business_date(world.clock.now())
    for is_forborne in (True, False):
        plan = lending.NewPlan(
            today, 900, 12, today + timedelta(days=30), is_forborne=is_forborne
        )
        act = await db.read(lending.restructuring, loan_id=late.id, plan=plan)
        await world.agree(late, act)

        (line,) = await db.read(lending.read_tape)

        state = await db.read(lending.loan_state, loan_id=late.id)
        assert line.is_forborne is state.is_forborne is is_forborne


async def test_a_cursor_of_no_such_loan_is_answered_and_never_breaks(
    world: World, late: Loan, signed_in: SignedIn
) -> None:
    reader = await signed_in(Role.REGULATOR)

    unknown = await reader.open(f"/loans?show=late&after={late.id}")
    behind_all = await reader.open(f"/loans?show=late&after=2999-01-01.{late.id}")
    odd = await reader.open("/loans?show=late&after=9.loan_x")

    assert (unknown.status_code, odd.status_code) == (404, 404)
    assert "No more loans." in behind_all.text


async def test_money_taken_back_was_not_received(
    world: World, late: Loan, db: Database
) -> None:
    firm = PartyId(late.borrower)
    await world.db.transact(
        lending.repay, loan_id=late.id, party_id=firm, amount=usd(50)
    )
    (receipt,) = await db.read(lending.list_receipts, loan_id=late.id)
    await world.agree(
        late,
        loans.ChargedBack(
            on=business_date(world.clock.now()),
            ordinal=0,
            receipt_id=receipt.id,
            amount=usd(20),
        ),
    )

    (line,) = await db.read(lending.read_tape)

    assert line.received == usd(30)
    assert not line.is_forborne


async def test_the_loans_of_all_are_for_staff_alone(signed_in: SignedIn) -> None:
    for role in (Role.SME, Role.LENDER):
        reader = await signed_in(role)
        for path in ("/loans", "/loan-tape.csv", "/loan-tape.xlsx"):
            assert (await reader.open(path)).status_code == 403
