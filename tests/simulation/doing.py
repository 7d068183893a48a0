"""Do deeds to a loan, through whatever hand keeps its books."""

from collections import Counter
from datetime import date, timedelta
from typing import Final, Protocol

from contracts import loan as loans
from contracts.loan import LoanState, PayoffQuote, Status
from contracts.terms import Component
from finance.lending import Act, NewPlan
from ledger.errors import Refusal
from ledger.money import Money
from tests.simulation.lives import Deed, What

PENDING: Final = 0


class Hand(Protocol):
    """A loan as a simulation holds it: looked at, paid on, acted on."""

    async def state(self) -> LoanState: ...

    async def quote(self) -> PayoffQuote: ...

    async def pay(self, amount: Money, counts_on: date) -> None: ...

    async def receipts(self) -> list[tuple[str, Money]]: ...

    async def act(self, act: Act) -> None: ...

    async def restructure(self, plan: NewPlan) -> None: ...

    async def write_off(self) -> None: ...

    async def count(self) -> None: ...


async def do(hand: Hand, deed: Deed, tally: Counter[str]) -> None:
    """Do one deed; what the rules refuse is counted and changes nothing."""
    try:
        done = await _do(hand, deed)
    except Refusal as refused:
        tally[f"{deed.what} refused: {refused.code}"] += 1
        return
    tally[deed.what if done else "nothing to do"] += 1


async def _do(hand: Hand, deed: Deed) -> bool:
    match deed.what:
        case What.COUNT:
            await hand.count()
        case What.WRITE_OFF:
            await hand.write_off()
        case What.PAY | What.PAY_HALF | What.PAY_MORE | What.HEAR_LATE:
            return await _pay(hand, deed)
        case What.PAY_OFF:
            await hand.pay((await hand.quote()).total, deed.on)
        case What.RECOVER:
            return await _recover(hand, deed)
        case What.RESTRUCTURE | What.CAPITALISE:
            await hand.restructure(_plan(deed))
        case _:
            return await _act(hand, deed)
    return True


async def _pay(hand: Hand, deed: Deed) -> bool:
    state = await hand.state()
    if state.status not in (Status.ACTIVE, Status.ARREARS):
        return False
    due = state.outstanding.total - state.outstanding.principal + _principal_due(state)
    if deed.what is What.PAY_HALF:
        due = due.split([1, 1])[0]
    if deed.what is What.PAY_MORE:
        due += state.outstanding.principal.split([1, 4])[0]
    due = _payable(due)
    if due.minor > 0:
        await hand.pay(due, deed.counts_on)
    return due.minor > 0


def _principal_due(state: LoanState) -> Money:
    return Money.sum(
        (
            one.owed.principal - one.paid.principal
            for one in state.instalments
            if one.due_on <= state.on
        ),
        state.overpaid.currency,
    )


def _payable(amount: Money) -> Money:
    step = amount.currency.settlement_step
    return Money(amount.minor // step * step, amount.currency)


async def _recover(hand: Hand, deed: Deed) -> bool:
    state = await hand.state()
    if state.status is not Status.WRITTEN_OFF or not state.written_off.total:
        return False
    part = _payable(state.written_off.total.split([1, 2])[0])
    if part:
        await hand.pay(part, deed.on)
    return bool(part)


def _plan(deed: Deed) -> NewPlan:
    return NewPlan(
        on=deed.on,
        rate_bps=600,
        instalments=18,
        first_due_on=deed.on + timedelta(days=30),
        capitalises=deed.what is What.CAPITALISE,
    )


async def _act(hand: Hand, deed: Deed) -> bool:
    state = await hand.state()
    act = (
        await _charge_back(hand, deed)
        if deed.what is What.CHARGE_BACK
        else _act_of(deed, state)
    )
    if act is not None:
        await hand.act(act)
    return act is not None


async def _charge_back(hand: Hand, deed: Deed) -> Act | None:
    receipts = await hand.receipts()
    if not receipts:
        return None
    receipt_id, amount = receipts[-1]
    return loans.ChargedBack(
        on=deed.on, ordinal=PENDING, receipt_id=receipt_id, amount=amount
    )


def _act_of(deed: Deed, state: LoanState) -> Act | None:
    on = deed.on
    match deed.what:
        case What.RATE:
            return loans.RateChanged(on=on, ordinal=PENDING, rate_bps=900)
        case What.HOLIDAY:
            return loans.PaymentHoliday(on=on, ordinal=PENDING, instalments=2)
        case What.SPREAD:
            return loans.Reamortised(on=on, ordinal=PENDING)
        case What.CHARGE:
            fee = Money(500, state.overpaid.currency)
            return loans.ChargeAdded(
                on=on, ordinal=PENDING, component=Component.FEE, amount=fee
            )
        case What.SHIFT:
            return _shift(on, state)
        case _:
            return _waiver(on, state)


def _shift(on: date, state: LoanState) -> Act | None:
    later = next((one for one in state.instalments if one.due_on > on), None)
    if later is None:
        return None
    to = later.due_on + timedelta(days=3)
    return loans.DueDateShifted(on=on, ordinal=PENDING, instalment=later.number, to=to)


def _waiver(on: date, state: LoanState) -> Act | None:
    if not state.outstanding.penalty:
        return None
    return loans.Waived(
        on=on,
        ordinal=PENDING,
        component=Component.PENALTY,
        amount=state.outstanding.penalty,
    )
