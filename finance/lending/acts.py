"""What operators do to a running loan, two of them: ease it, charge, correct, take back.

An act is an event of the contract that two people agree to, bound to exactly what was
proposed. Each is tried on the loan's history before it is proposed, and again before it
takes effect; what cannot be is refused by its field and nothing is booked. The money of
lenders moves by the difference between the books and what the history then says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from contracts import apr
from contracts import loan as loans
from contracts.errors import EventInvalid
from contracts.loan import LoanState
from contracts.terms import Component, Terms
from finance import approvals, rulepacks
from finance.approvals import Approval
from finance.lending import repository
from finance.lending.correcting import settle
from finance.lending.errors import RateAboveCap
from finance.lending.events import LoanActed
from finance.lending.history import History, details_of, event_from, kind_of
from finance.lending.model import Loan, LoanStatus, Receipt
from finance.lending.servicing import distribute_waiting, receive_from_wallet
from finance.wallets import Platform, chart
from ledger import balances
from ledger.database import UnitOfWork
from ledger.entries import Leg
from ledger.ids import AccountId, PartyId
from ledger.judging import InsufficientFunds
from ledger.money import BPS_PER_ONE, Money

Act = (
    loans.RateChanged
    | loans.DueDateShifted
    | loans.PaymentHoliday
    | loans.Reamortised
    | loans.Restructured
    | loans.ChargeAdded
    | loans.ChargeCancelled
    | loans.Waived
    | loans.ChargedBack
    | loans.ReceiptReceived
)
"""What two operators may do; ``ordinal`` is given when it takes effect."""

NOT_YET: Final = 0
PREFIX: Final = "loan."
_ANY_LIVE: Final = (LoanStatus.ACTIVE, LoanStatus.PAID_OFF, LoanStatus.WRITTEN_OFF)
_OPEN_TO: Final[Mapping[type[loans.Event], tuple[LoanStatus, ...]]] = {
    loans.ChargedBack: _ANY_LIVE,
    loans.ChargeCancelled: _ANY_LIVE,
    loans.ReceiptReceived: (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF),
}


@dataclass(frozen=True)
class NewPlan:
    """What is to hold after a restructuring, for whatever is owed on the day."""

    on: date
    rate_bps: int
    instalments: int
    first_due_on: date
    capitalises: bool = False
    is_forborne: bool = True


async def propose_act(
    uow: UnitOfWork, *, loan_id: str, act: Act, operator_id: PartyId, note: str
) -> Approval:
    """Ask a second operator to agree to an act that would be possible now.

    Raises:
        EventInvalid, TermsInvalid: The act cannot be; by its field and the reason.
        LoanNotOpen: The loan is in no state for it.
    """
    loan = await repository.get_loan(uow, loan_id, lock=True)
    approvals.require_stranger(operator_id, asks=loan.borrower)
    await require_possible(uow, loan, act)
    return await approvals.propose(
        uow,
        kind=PREFIX + kind_of(act),
        concerns=loan.id,
        request=_request(loan, act),
        by=operator_id,
        note=note,
    )


async def approve_act(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Loan:
    """Agree, as a second person, and let the act take effect."""
    approval = await approvals.get_approval(uow, approval_id=approval_id)
    loan = await repository.get_loan(uow, approval.concerns, lock=True)
    approvals.require_stranger(operator_id, asks=loan.borrower)
    act = read_act(loan, approval)
    await approvals.approve(
        uow, approval_id=approval_id, request=_request(loan, act), by=operator_id
    )
    await distribute_waiting(uow, loan)
    await require_possible(uow, loan, act)
    await _perform(uow, loan, act, approval_id=approval_id)
    return loan


async def decline_act(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Approval:
    """Disagree with an act; the loan stays as it is."""
    approval = await approvals.get_approval(uow, approval_id=approval_id)
    await repository.get_loan(uow, approval.concerns)
    return await approvals.decline(uow, approval_id=approval_id, by=operator_id)


async def charge_failed_payment(uow: UnitOfWork, *, loan_id: str) -> Loan:
    """Charge the market's fee for a payment that failed; it is the operator's."""
    loan = await repository.get_loan(uow, loan_id, lock=True)
    fee = rulepacks.home().money("failed_payment_fee", loan.currency, on=uow.today())
    act = loans.ChargeAdded(
        on=uow.today(), ordinal=NOT_YET, component=Component.FEE, amount=fee
    )
    await require_possible(uow, loan, act)
    await _perform(uow, loan, act, approval_id="")
    return loan


async def restructuring(
    uow: UnitOfWork, *, loan_id: str, plan: NewPlan
) -> loans.Restructured:
    """Return the restructuring that a new plan means for a loan as it stands.

    What the day brought that comes after new terms in it, a charge or a payment, is
    no part of what they begin with, and follows them.
    """
    loan = await repository.get_loan(uow, loan_id)
    loan.require(LoanStatus.ACTIVE)
    _require_day(loan, plan.on, uow.today())
    history = await History.of(uow, loan)
    act = loans.Restructured(
        on=plan.on,
        ordinal=history.next,
        terms=history.terms,
        capitalises=plan.capitalises,
        is_forborne=plan.is_forborne,
    )
    quote = loans.payoff_quote(history.terms, history.events, plan.on, before=act)
    owed = quote.total if plan.capitalises else quote.principal
    if not owed:
        raise EventInvalid(
            field="on", reason="must be a day on which something is owed"
        )
    terms = replace(
        history.terms,
        version=history.terms.version + 1,
        principal=owed,
        rate_bps=plan.rate_bps,
        instalments=plan.instalments,
        disbursed_on=plan.on,
        first_due_on=plan.first_due_on,
        fees=replace(history.terms.fees, upfront=None),
        tranches=(),
        rate_steps=(),
        due_dates=(),
        pauses=(),
        shifts=(),
    )
    return replace(act, terms=terms, ordinal=NOT_YET)


def open_to(kind: type[loans.Event]) -> tuple[LoanStatus, ...]:
    """Return the states of a loan in which an act of a kind may be tried."""
    return _OPEN_TO.get(kind, (LoanStatus.ACTIVE,))


async def require_possible(uow: UnitOfWork, loan: Loan, act: Act) -> None:
    """Refuse an act that the loan's state, its history or the market does not allow."""
    require_fitting(await History.of(uow, loan), act)
    await require_paid(uow, loan, act)


async def require_paid(uow: UnitOfWork, loan: Loan, act: Act) -> None:
    """Refuse a payment for which the borrower's wallet has not enough free."""
    if not isinstance(act, loans.ReceiptReceived):
        return
    wallet = await chart.wallet(uow, PartyId(loan.borrower), loan.currency)
    free = (await balances.get(uow, wallet)).available
    if free < act.amount.minor:
        raise InsufficientFunds(available=free, needed=act.amount.minor)


def require_fitting(history: History, act: Act) -> LoanState:
    """Refuse an act that cannot be; return how the loan would stand today after it."""
    loan, today = history.loan, history.uow.today()
    loan.require(*open_to(type(act)))
    _require_day(loan, act.on, today)
    amount = getattr(act, "amount", None)
    if isinstance(amount, Money):
        amount.require_positive()
        amount.require_settleable()
    if isinstance(act, loans.ChargeAdded) and act.amount.minor > loan.principal_minor:
        raise EventInvalid(field="amount", reason="is more than the agreed principal")
    _require_lawful(act, today)
    return history.with_one(replace(act, ordinal=history.next))


def _require_day(loan: Loan, on: date, today: date) -> None:
    if loan.disbursed_on is None or not loan.disbursed_on <= on <= today:
        raise EventInvalid(
            field="on", reason="must be from the disbursement until today"
        )


def _require_lawful(act: Act, today: date) -> None:
    """Refuse a price above the market's cap; the APR of new terms, or a bare rate."""
    match act:
        case loans.Restructured():
            rate_bps = _apr_bps(act.terms)
        case loans.RateChanged():
            rate_bps = int(act.rate_bps)
        case _:
            return
    cap_bps = rulepacks.home().bps("apr_cap", on=today)
    if rate_bps > cap_bps:
        raise RateAboveCap(field="rate_bps", rate_bps=rate_bps, cap_bps=cap_bps)


def _apr_bps(terms: Terms) -> int:
    return int((apr.of(terms) * BPS_PER_ONE).to_integral_value())


def _request(loan: Loan, act: Act) -> dict[str, object]:
    return {
        "kind": kind_of(act),
        "loan": loan.id,
        "on": act.on.isoformat(),
        "details": details_of(act),
    }


def read_act(loan: Loan, approval: Approval) -> Act:
    """Read the act out of what was proposed, if an act was."""
    asked = approval.request
    if not approval.kind.startswith(PREFIX) or "details" not in asked:
        raise approvals.RequestChanged
    act = event_from(
        asked["kind"],
        asked["details"],
        on=date.fromisoformat(asked["on"]),
        ordinal=NOT_YET,
        currency=loan.currency,
    )
    if not isinstance(act, Act):
        raise approvals.RequestChanged
    return act


async def _perform(uow: UnitOfWork, loan: Loan, act: Act, *, approval_id: str) -> None:
    """Add the act to the loan's history and bring the books to it."""
    history = await History.of(uow, loan)
    uow.record(LoanActed(loan.id, history.next, kind_of(act), act.on, approval_id))
    if isinstance(act, loans.ReceiptReceived):
        await receive_from_wallet(uow, loan, act.amount, on=act.on)
        return
    history.append(_lasting(replace(act, ordinal=history.next)))
    outside: Sequence[Leg] = ()
    if isinstance(act, loans.ChargedBack):
        receipt = await repository.get_receipt(uow, act.receipt_id)
        outside = [Leg(await _source(uow, loan, receipt), -act.amount.minor)]
    await settle(uow, loan, history=history, since=act.on, outside=outside)


def _lasting(act: Act) -> Act:
    """Let an act that was possible stay so, whatever is found out later."""
    match act:
        case loans.Waived():
            return replace(act, up_to=True)
        case loans.Restructured():
            return replace(act, is_owed=True)
        case _:
            return act


async def _source(uow: UnitOfWork, loan: Loan, receipt: Receipt) -> AccountId:
    """Return where a receipt came from: a provider, or the borrower's wallet."""
    if receipt.deposit is None:
        return await chart.wallet(uow, PartyId(loan.borrower), loan.currency)
    return await chart.platform(uow, Platform.TRANSIT, loan.currency)
