"""One loan to each of its readers, and its price before anybody applies."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from api.auth import Role
from contracts import agreement
from contracts import loan as loans
from finance import lending
from finance.lending import Loan
from ledger.clock import StoppedClock, business_date
from ledger.database import Database
from ledger.ids import PartyId
from risk.identity import PartyKind
from tests.api.portal.conftest import Reader, SignedIn, plain
from tests.api.portal.world import FIRM, World, usd


@pytest.fixture
async def lender(world: World) -> PartyId:
    return await world.join("Chanthou", pays_in=9_000)


@pytest.fixture
async def loan(world: World, lender: PartyId, db: Database) -> Loan:
    """A running loan on which the firm has paid once."""
    firm = await world.join(FIRM, PartyKind.FIRM, pays_in=2_000)
    loan = await world.fund(
        await world.offer(await world.apply(firm, usd(6_000))), lender
    )
    await world.sign(loan)
    await db.transact(lending.repay, loan_id=loan.id, party_id=firm, amount=usd(300))
    for receipt in await db.read(lending.list_receipts, loan_id=loan.id):
        await db.transact(lending.distribute, receipt_id=receipt.id)
    return loan


async def test_a_lender_sees_the_loan_and_their_own_flows_alone(
    loan: Loan, lender: PartyId, signed_in: SignedIn
) -> None:
    page = await (await signed_in(Role.LENDER, lender)).open(f"/loans/{loan.id}")

    assert page.status_code == 200
    assert "Your part" in page.text
    assert "Payment received" in page.text
    assert agreement.lender_reference(loan.id, lender) in page.text
    assert "Who holds the notes" not in page.text
    assert str(lender) not in page.text
    assert "/repayments" not in page.text


async def test_staff_see_every_holder_of_a_loan(
    loan: Loan, lender: PartyId, signed_in: SignedIn
) -> None:
    for role in (Role.OPERATOR, Role.REGULATOR):
        page = await (await signed_in(role)).open(f"/loans/{loan.id}")

        assert "Who holds the notes" in page.text
        assert str(lender) in page.text
        assert "Every payment of this note" in page.text
        assert "/accept" not in page.text


async def test_a_lender_of_another_loan_is_told_of_none(
    loan: Loan, world: World, signed_in: SignedIn
) -> None:
    stranger = await signed_in(Role.LENDER, await world.join("Dara", pays_in=10))

    for path in ("", "/schedule.csv", "/schedule.xlsx", "/agreement"):
        assert (await stranger.open(f"/loans/{loan.id}{path}")).status_code == 404


async def test_late_payments_are_shown_with_their_age(
    loan: Loan, signed_in: SignedIn, clock: StoppedClock
) -> None:
    clock.advance(timedelta(days=75))
    reader = await signed_in(Role.SME, PartyId(loan.borrower))

    page = await reader.open(f"/loans/{loan.id}")

    assert "Late payments and their age" in page.text
    assert "days late" in plain(page)


async def test_a_changed_plan_is_shown_as_it_stands_beside_the_agreed_one(
    loan: Loan, world: World, db: Database, signed_in: SignedIn, clock: StoppedClock
) -> None:
    reader = await signed_in(Role.SME, PartyId(loan.borrower))
    before = await reader.open(f"/loans/{loan.id}")
    [receipt] = await db.read(lending.list_receipts, loan_id=loan.id)
    day = business_date(clock.now())
    acts = (
        loans.PaymentHoliday(on=day, ordinal=0, instalments=1),
        loans.ChargedBack(on=day, ordinal=0, receipt_id=receipt.id, amount=usd(300)),
    )
    for act in acts:
        await world.agree(loan, act)

    page = await reader.open(f"/loans/{loan.id}")

    assert "Payments to come" not in before.text
    assert "Payments to come" in page.text
    assert "Payments as first agreed" in page.text
    assert "With the lenders" in before.text
    assert "With the lenders" not in page.text
    titles, sums = [], []
    for name in ("schedule", "agreed-schedule"):
        sheet = await reader.open(f"/loans/{loan.id}/{name}.csv")
        lines = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
        titles.append(lines[0][0])
        sums.append([Decimal(cell) for cell in lines[-1][3:7]])
        years = [line for line in lines if line[0].startswith("Total 20")]
        assert sums[-1] == [
            sum(Decimal(line[column]) for line in years) for column in range(3, 7)
        ]
        assert f'href="/loans/{loan.id}/documents/{name}.pdf?language=km"' in page.text
    assert titles == [f"In force since {day} (payment holiday)", "As first agreed"]
    assert sums[0][0] > sums[1][0] == 6_000
    await reader.open("/language/km?back=/business")
    sheet = await reader.open(f"/loans/{loan.id}/schedule.csv")
    title, head, *_, total = csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")))
    assert not re.search("[A-Za-z]", f"{title}{head}{total[0]}")


async def test_a_loan_that_lapsed_unsigned_is_said_to_have_never_begun(
    world: World, lender: PartyId, db: Database, signed_in: SignedIn
) -> None:
    firm = await world.join(FIRM, PartyKind.FIRM)
    offer = await world.offer(await world.apply(firm, usd(6_000)))
    loan = await world.fund(offer, lender)
    world.clock.advance(timedelta(days=60))
    await db.transact(lending.let_lapse, loan_id=loan.id)
    reader = await signed_in(Role.SME, firm)

    for path in ("/business", f"/loans/{loan.id}"):
        page = await reader.open(path)
        assert page.status_code == 200, path
        assert "Not signed in time" in page.text
    assert "The lenders have their money back" in page.text
    assert "Payments as they came to be" not in page.text


async def test_a_borrower_gets_the_payments_as_a_sheet(
    loan: Loan, signed_in: SignedIn
) -> None:
    reader = await signed_in(Role.SME, PartyId(loan.borrower))

    as_text = await reader.open(f"/loans/{loan.id}/schedule.csv")
    as_book = await reader.open(f"/loans/{loan.id}/schedule.xlsx")

    last = as_text.text.strip().splitlines()[-1].split(",")
    assert (last[0], Decimal(last[3])) == ("Total", 6_000)
    assert as_book.content.startswith(b"PK")
    assert io.BytesIO(as_book.content).getbuffer().nbytes > 5_000


async def test_a_firm_learns_the_cost_before_it_applies(signed_in: SignedIn) -> None:
    reader = await signed_in(Role.SME)

    page = await reader.open("/quote?amount=5000&currency=USD&months=12&method=annuity")

    assert "Total cost of credit" in page.text
    assert "USD 125.00" in plain(page)
    assert "USD 4,875.00" in plain(page)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("amount=1e3&months=12", "125.50"),
        ("amount=5000&months=900", "months"),
        ("amount=5&months=12", "USD 500"),
    ],
)
async def test_a_quote_that_cannot_be_given_says_why(
    signed_in: SignedIn, typed: str, said: str
) -> None:
    reader: Reader = await signed_in(Role.SME)

    page = await reader.open(f"/quote?currency=USD&{typed}")

    assert page.status_code == 422
    assert said in plain(page)
    assert "Total cost of credit" not in page.text


async def test_a_guarantor_named_on_the_page_signs_on_the_loans_page(
    world: World, lender: PartyId, signed_in: SignedIn
) -> None:
    guarantor = await world.join("Sok Dara")
    application = await world.apply(await world.join(FIRM, PartyKind.FIRM), usd(6_000))
    desk = await signed_in(Role.OPERATOR, world.operators[0])
    place = f"/queue/{application.id}"
    await desk.open(place)
    named = await desk.send(f"{place}/sureties", party=guarantor, role="guarantor")
    loan = await world.fund(await world.offer(application), lender)
    reader = await signed_in(Role.LENDER, guarantor)
    waiting = await reader.open("/keys")

    shown = await reader.open(f"/loans/{loan.id}")
    accepted = await reader.send(f"/loans/{loan.id}/accept")

    assert "Sok Dara (guarantor)" in plain(named)
    assert f"/loans/{loan.id}" in waiting.text
    assert "asked to sign as guarantor" in shown.text
    assert "You have accepted the agreement" in accepted.text
    assert "asked to sign" not in accepted.text
    assert "Not everybody has signed" in accepted.text
    stranger = await signed_in(Role.LENDER, await world.join("Stranger"))
    assert (await stranger.open(f"/loans/{loan.id}")).status_code == 404
