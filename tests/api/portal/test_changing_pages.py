"""Changing a running loan from its page: tried first, then asked of a second operator."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from api.auth import Role
from api.portal.changes import Change, Typed
from contracts import loan as loans
from contracts.terms import Component, GraceRule
from finance import lending
from finance.lending import Loan, NewPlan
from ledger.clock import StoppedClock, business_date
from ledger.database import Database
from ledger.errors import Invalid
from ledger.ids import PartyId
from ledger.money import Currency, Money
from tests.api.portal.conftest import SignedIn, plain
from tests.api.portal.world import FIRM, World, usd

DAY = date(2026, 1, 5)
ON = DAY.isoformat()


@pytest.fixture
async def loan(world: World) -> Loan:
    made = await world.lend(FIRM, 6_000)
    await world.sign(made)
    await world.db.transact(
        lending.repay,
        loan_id=made.id,
        party_id=PartyId(made.borrower),
        amount=usd(20),
    )
    await world.agree(
        made,
        loans.ChargeAdded(
            on=business_date(world.clock.now()),
            ordinal=0,
            component=Component.FEE,
            amount=usd(10),
        ),
    )
    return made


async def waiting(world: World) -> Sequence[lending.Proposal]:
    return await world.db.read(lending.list_proposals)


async def test_an_operator_sees_what_a_change_does_and_proposes_it(
    world: World, loan: Loan, signed_in: SignedIn
) -> None:
    address = f"/loans/{loan.id}/changes/payment_holiday"
    today = business_date(world.clock.now())
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    page = await reader.open(f"/loans/{loan.id}")
    empty = await reader.open(address)
    filled = f"{address}?on={today}&instalments=2&rule=spread"

    tried = await reader.open(filled)
    done = await reader.send(address, note="The harvest is late.")

    assert f'href="{address}"' in page.text
    assert "Propose it" not in empty.text
    said = plain(tried)
    for words in ("Last payment on", "1 lender in all", "Ask a second operator"):
        assert words in said
    assert "Proposed. A second operator must agree" in done.text
    (proposed,) = await waiting(world)
    assert proposed.approval.note == "The harvest is late."
    assert proposed.act == loans.PaymentHoliday(
        on=today, ordinal=0, instalments=2, rule=GraceRule.SPREAD
    )


async def test_every_change_can_be_tried_and_proposed_from_its_form(
    world: World, loan: Loan, signed_in: SignedIn
) -> None:
    today = business_date(world.clock.now())
    later = today + timedelta(days=40)
    (receipt,) = await world.db.read(lending.list_receipts, loan_id=loan.id)
    events = await world.db.read(lending.list_events, loan_id=loan.id)
    (charge,) = [one.number for one in events if one.kind == "charge_added"]
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    asked = {
        Change.DUE_DATE: f"instalment=2&to={later}",
        Change.RATE: "rate=12.25",
        Change.REAMORTISE: "instalments=",
        Change.RESTRUCTURE: f"rate=9&instalments=18&first_due_on={later}"
        "&capitalises=yes&is_forborne=yes",
        Change.WAIVE: "component=fee&amount=5&instalment=",
        Change.CHARGE: "component=penalty&amount=2.50",
        Change.CANCEL_CHARGE: f"charge={charge}",
        Change.CHARGE_BACK: f"receipt_id={receipt.id}&amount=20",
        Change.DATED_RECEIPT: "amount=30",
    }

    for change, fields in asked.items():
        address = f"/loans/{loan.id}/changes/{change.value}"
        tried = await reader.open(f"{address}?on={today}&{fields}")
        assert tried.status_code == 200, (change, plain(tried))
        done = await reader.send(address, note=f"{change.name} is wanted")
        assert "Proposed." in done.text, change

    kinds = {one.approval.kind for one in await waiting(world)}
    assert kinds == {f"loan.{change.value}" for change in asked}
    page = await reader.open(f"/loans/{loan.id}")
    assert all(f"/changes/{change.value}" in page.text for change in Change)


async def test_what_cannot_be_is_said_by_the_name_of_its_field_and_nothing_is_asked(
    world: World, loan: Loan, signed_in: SignedIn
) -> None:
    today = business_date(world.clock.now())
    before, later = today - timedelta(days=400), today + timedelta(days=40)
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    refused = {
        f"rate_changed?on={before}&rate=9": "Counts from: must be from the disbursement",
        f"rate_changed?on={today}&rate=nine": "Write the rate in percent",
        f"rate_changed?on={today}&rate=999": "yearly",
        "rate_changed?on=2026-02-30&rate=9": "Counts from: choose a day",
        f"payment_holiday?on={today}&instalments=0&rule=spread": "Instalments: write",
        f"payment_holiday?on={today}&instalments=2&rule=none": "could not be read",
        f"payment_holiday?on={today}&instalments=999999&rule=spread": "Instalments",
        f"due_date_shifted?on={today}&instalment=2&to=9999-12-31": "New date: choose a day",
        f"due_date_shifted?on={today}&instalment=2&to={today}": "New date: must be after",
        f"receipt_received?on={today}&amount=900000": "You have USD",
        f"charge_added?on={today}&component=fee&amount=6001": "the agreed principal",
        f"due_date_shifted?on={today}&instalment=99&to={later}": "Instalment: must be",
        f"waived?on={today}&component=fee&amount=99": "Amount: is more than is due",
        f"charge_added?on={today}&component=principal&amount=9": "could not be read",
        f"charge_added?on={today}&component=fee&amount=1e3": "Write the amount",
        f"charge_cancelled?on={today}&charge=77": "Charge: must be a charge that stands",
        f"charged_back?on={today}&receipt_id=%27&amount=1": "must have come before",
        "write_off": "0 days late. It can be written off from 91 days on.",
    }

    for asked, words in refused.items():
        page = await reader.open(f"/loans/{loan.id}/changes/{asked}")
        assert page.status_code in (409, 422), (asked, page.status_code)
        assert words in plain(page), asked
        assert "Propose it" not in page.text, asked
    odd = await reader.open(
        f"/loans/{loan.id}/changes/rate_changed?on={today}&rate=%22%3E%3Cb%3E"
    )
    assert 'value="&#34;&gt;&lt;b&gt;"' in odd.text

    reader.client.cookies.set("tonle_language", "km")
    page = await reader.open(
        f"/loans/{loan.id}/changes/waived?on={today}&component=fee&amount=99"
    )
    assert "ទឹកប្រាក់៖ លើសចំនួនដែលដល់កំណត់បង់" in page.text
    assert await waiting(world) == []


async def test_a_late_fee_and_its_waiver_are_the_lenders(
    world: World, loan: Loan, db: Database
) -> None:
    today = business_date(world.clock.now())
    fee = loans.ChargeAdded(
        on=today, ordinal=0, component=Component.PENALTY, amount=usd(100)
    )
    shown = await db.read(lending.preview_act, loan_id=loan.id, act=fee)
    await world.agree(loan, fee)
    waiver = loans.Waived(
        on=today, ordinal=0, component=Component.PENALTY, amount=usd(100)
    )

    waived = await db.read(lending.preview_act, loan_id=loan.id, act=waiver)

    gained = shown.notes_after - shown.notes_before
    # Twenty paid ahead go to the late fee first, so ten of interest are owed again.
    assert usd(79) < gained < usd(80)
    assert waived.notes_before - waived.notes_after == gained


async def test_a_form_offers_only_what_the_change_can_name(
    world: World, loan: Loan, signed_in: SignedIn, db: Database
) -> None:
    (receipt,) = await db.read(lending.list_receipts, loan_id=loan.id)
    state = await db.read(lending.loan_state, loan_id=loan.id)
    first, second = state.instalments[:2]
    world.clock.advance(
        timedelta(days=(first.due_on - business_date(world.clock.now())).days)
    )
    today = business_date(world.clock.now())
    taken = loans.ChargedBack(
        on=today, ordinal=0, receipt_id=receipt.id, amount=receipt.amount
    )
    await world.agree(loan, taken)
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    dates = await reader.open(f"/loans/{loan.id}/changes/due_date_shifted")
    backs = await reader.open(f"/loans/{loan.id}/changes/charged_back")

    assert f'<option value="{first.number}"' not in dates.text
    assert f'<option value="{second.number}"' in dates.text
    assert "No payment has come that could be taken back." in backs.text


async def test_a_loan_that_allows_no_change_has_no_form(
    world: World, signed_in: SignedIn
) -> None:
    unsigned = await world.lend(FIRM, 6_000)
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    page = await reader.open(f"/loans/{unsigned.id}/changes/payment_holiday")
    own = await reader.open(f"/loans/{unsigned.id}")

    assert page.status_code == 409
    assert "Show what it does" not in page.text
    assert "/changes/" not in own.text


async def test_a_change_that_became_impossible_shows_its_form_again(
    world: World, loan: Loan, signed_in: SignedIn
) -> None:
    today = business_date(world.clock.now())
    address = f"/loans/{loan.id}/changes/waived"
    reader = await signed_in(Role.OPERATOR, world.operators[0])
    await reader.open(f"{address}?on={today}&component=fee&amount=10")
    await world.agree(
        loan,
        loans.Waived(on=today, ordinal=0, component=Component.FEE, amount=usd(1)),
    )

    page = await reader.send(address, note="It was our fault.")

    assert page.status_code == 422
    assert "Not done." in page.text
    assert 'value="10"' in page.text
    assert "Propose it" not in page.text
    assert await waiting(world) == []


async def test_nobody_but_operators_can_try_or_propose(
    loan: Loan, signed_in: SignedIn
) -> None:
    address = f"/loans/{loan.id}/changes/write_off"
    firm = PartyId(loan.borrower)

    for role, party in ((Role.SME, firm), (Role.LENDER, None), (Role.REGULATOR, None)):
        reader = await signed_in(role, party)
        page = await reader.open(address)
        own = await reader.open(f"/loans/{loan.id}")
        token = reader.hidden("/sign-out")
        sent = await reader.client.post(address, data={**token, "note": "x"})

        assert (page.status_code, sent.status_code) == (403, 403)
        assert "/changes/" not in own.text


async def test_a_lost_loan_is_proposed_to_be_written_off(
    world: World, loan: Loan, signed_in: SignedIn, clock: StoppedClock
) -> None:
    clock.advance(timedelta(days=800))
    address = f"/loans/{loan.id}/changes/write_off"
    reader = await signed_in(Role.OPERATOR, world.operators[0])

    tried = await reader.open(address)
    done = await reader.send(address, note="The firm is gone.")

    assert "What it does" in tried.text
    assert "Proposed." in done.text
    (proposed,) = await waiting(world)
    assert proposed.approval.kind == "loan.write_off"


def read(change: Change, **fields: str) -> object:
    return Typed.of(fields, Currency.USD).read(change)


def test_a_plan_is_read_as_typed() -> None:
    plan = read(
        Change.RESTRUCTURE,
        on=ON,
        rate=" 7.5 ",
        instalments="12",
        first_due_on="2026-02-05",
        capitalises="no",
        is_forborne="yes",
    )

    assert plan == NewPlan(
        on=DAY,
        rate_bps=750,
        instalments=12,
        first_due_on=date(2026, 2, 5),
        capitalises=False,
        is_forborne=True,
    )


def test_a_waiver_of_one_instalment_is_read_as_typed() -> None:
    act = read(Change.WAIVE, on=ON, component="interest", amount="0.50", instalment="3")

    assert act == loans.Waived(
        on=DAY,
        ordinal=0,
        component=Component.INTEREST,
        amount=Money(50, Currency.USD),
        instalment=3,
    )


@pytest.mark.parametrize(
    "rate", ["", "-1", "1e2", "12.345", "nan", "១២", "1_0", "1000"]
)
def test_a_rate_in_no_plain_digits_is_refused(rate: str) -> None:
    with pytest.raises(Invalid, match="percent"):
        read(Change.RATE, on=ON, rate=rate)


@pytest.mark.parametrize("day", ["", "5/1/2026", "2026-1-5", "20260105", "២០២៦-០១-០៥"])
def test_a_day_written_otherwise_is_refused(day: str) -> None:
    with pytest.raises(Invalid, match="choose a day"):
        read(Change.RATE, on=day, rate="9")
