"""Acts on running loans wait in the queue: what they do, who proposed, yes or no."""

from datetime import timedelta

import pytest

from api.auth import Role
from contracts import loan as loans
from contracts.terms import GraceRule
from finance import approvals, lending
from finance.approvals import Approval
from finance.lending import Loan, acts
from ledger.clock import StoppedClock, business_date
from ledger.database import Database
from tests.api.portal.conftest import Reader, SignedIn, plain
from tests.api.portal.world import FIRM, World, usd


@pytest.fixture
async def loan(world: World) -> Loan:
    made = await world.lend(FIRM, 6_000)
    await world.sign(made)
    return made


async def propose(world: World, loan: Loan, act: lending.Act) -> Approval:
    return await world.db.transact(
        lending.propose_act,
        loan_id=loan.id,
        act=act,
        operator_id=world.operators[0],
        note="The harvest is late.",
    )


async def test_a_second_operator_sees_what_an_act_does_and_agrees_from_the_queue(
    world: World, loan: Loan, db: Database, signed_in: SignedIn, clock: StoppedClock
) -> None:
    day = business_date(clock.now())
    holiday = loans.PaymentHoliday(
        on=day, ordinal=0, instalments=2, rule=GraceRule.CAPITALISE
    )
    asked = await propose(world, loan, holiday)
    await propose(world, loan, loans.RateChanged(on=day, ordinal=0, rate_bps=1200))
    clock.advance(timedelta(days=2))
    place = f"/queue/acts/{asked.id}"
    one = await signed_in(Role.OPERATOR, world.operators[0])
    own = await one.open("/queue")
    two: Reader = await signed_in(Role.OPERATOR, world.operators[1])
    page = await two.open("/queue")

    done = await two.send(f"{place}/approve")

    assert f"{place}/approve" not in own.text
    assert "You proposed this yourself" in own.text
    said = plain(page)
    for words in ("Pause payments", "Change the rate", "Sokunthea", "2 days"):
        assert words in said
    assert "The harvest is late." in said
    preview = await db.read(lending.preview_act, loan_id=loan.id, act=holiday)
    assert preview.after.last_due_on != preview.before.last_due_on
    assert "Agreed. The loan and the books are as shown after it." in done.text
    assert place not in done.text
    events = await db.read(lending.list_events, loan_id=loan.id)
    assert events[-1].kind == "payment_holiday"


async def test_an_act_that_became_impossible_says_why_and_can_only_be_declined(
    world: World, loan: Loan, signed_in: SignedIn, clock: StoppedClock
) -> None:
    day = business_date(clock.now())
    late = loans.ChargeAdded(
        on=day, ordinal=0, component=loans.Component.FEE, amount=usd(10)
    )
    await world.agree(loan, late)
    waiver = loans.Waived(
        on=day, ordinal=0, component=loans.Component.FEE, amount=usd(10)
    )
    asked = await propose(world, loan, waiver)
    await world.agree(loan, loans.ChargeCancelled(on=day, ordinal=0, charge=2))
    reader = await signed_in(Role.OPERATOR, world.operators[1])
    page = await reader.open("/queue")

    done = await reader.send(f"/queue/acts/{asked.id}/decline")

    assert "It cannot be done any more:" in page.text
    assert f"/queue/acts/{asked.id}/approve" not in page.text
    assert "Declined. The loan stays as it is." in done.text


def test_a_write_off_is_not_read_as_an_act() -> None:
    proposed = Approval(kind="loan.write_off", request={"kind": "loan.write_off"})

    with pytest.raises(approvals.RequestChanged):
        acts.read_act(Loan(), proposed)
