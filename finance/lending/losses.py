"""When a loan is given up as lost: two people, a late loan, and nothing hidden."""

from typing import Final

from contracts import loan as loans
from contracts.loan import LoanState
from finance import approvals, rulepacks
from finance.approvals import Approval
from finance.lending import books, repository, rules
from finance.lending.correcting import book_claims
from finance.lending.errors import WriteOffTooEarly
from finance.lending.events import LoanWrittenOff
from finance.lending.history import History
from finance.lending.model import Loan, LoanStatus
from finance.lending.servicing import distribute_waiting
from ledger.database import UnitOfWork
from ledger.ids import PartyId

KIND: Final = "loan.write_off"


async def propose_write_off(
    uow: UnitOfWork, *, loan_id: str, operator_id: PartyId, note: str
) -> Approval:
    """Ask a second operator to write a loan off that its market counts as lost."""
    loan = await repository.get_loan(uow, loan_id, lock=True)
    approvals.require_stranger(operator_id, asks=loan.borrower)
    state_written_off(await History.of(uow, loan))
    return await approvals.propose(
        uow,
        kind=KIND,
        concerns=loan.id,
        request=_request(loan),
        by=operator_id,
        note=note,
    )


async def approve_write_off(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Loan:
    """Agree, as a second person, and take what is still owed off the books.

    What was paid and has not reached the lenders reaches them first: it pays what they
    were owed then, and afterwards they would be owed nothing.
    """
    approval = await approvals.get_approval(uow, approval_id=approval_id)
    loan = await repository.get_loan(uow, approval.concerns, lock=True)
    approvals.require_stranger(operator_id, asks=loan.borrower)
    loan.require(LoanStatus.ACTIVE)
    await approvals.approve(
        uow, approval_id=approval_id, request=_request(loan), by=operator_id
    )
    await distribute_waiting(uow, loan)
    require_lost(await History.of(uow, loan))
    await _write_off(uow, loan)
    return loan


def _request(loan: Loan) -> dict[str, object]:
    return {"kind": KIND, "loan": loan.id}


def require_lost(history: History) -> None:
    """Refuse to write a loan off that its market does not count as lost yet."""
    today = history.uow.today()
    late = history.state(today).days_past_due
    needed = rules.lost_after(rulepacks.home(), history.terms, today)
    if late < needed:
        raise WriteOffTooEarly(days_late=late, needed=needed)


def state_written_off(history: History) -> LoanState:
    """Refuse as ``require_lost`` does; return how a loan would stand written off today."""
    history.loan.require(LoanStatus.ACTIVE)
    require_lost(history)
    lost = loans.WrittenOff(on=history.uow.today(), ordinal=history.next)
    return history.with_one(lost)


async def _write_off(uow: UnitOfWork, loan: Loan) -> None:
    history = await History.of(uow, loan)
    on = uow.today()
    history.append(loans.WrittenOff(on=on, ordinal=history.next))
    state = history.state(on)
    await book_claims(uow, loan, state)
    notes = await repository.list_holdings(uow, loan.id)
    made = await books.book_loss(uow, loan, notes)
    loan.status = LoanStatus.WRITTEN_OFF.value
    loan.closed_on = on
    lost = state.written_off
    uow.record(
        LoanWrittenOff(
            loan.id,
            principal=lost.principal,
            interest=lost.interest,
            fees=lost.fee + lost.penalty,
            written_off_on=on,
        ),
        entries=made,
    )
