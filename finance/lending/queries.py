"""What follows from what lending remembers: who takes part, which schedule."""

from contracts import schedule
from contracts.loan import LoanState
from contracts.schedule import Schedule
from finance import rulepacks
from finance.lending import repository, rules, sureties
from finance.lending.model import Application, Loan
from finance.lending.rules import Grade
from ledger.database import UnitOfWork
from ledger.ids import PartyId


async def take_part(uow: UnitOfWork, *, loan_id: str, party_id: PartyId) -> bool:
    """Say whether a party borrows, stands behind a loan or holds a note of it."""
    loan = await repository.get_loan(uow, loan_id)
    if loan.borrower == party_id:
        return True
    behind = await sureties.list_sureties(uow, loan.application)
    if party_id in {one.party for one in behind}:
        return True
    return await repository.is_lender(uow, loan_id, party_id)


def grade_of(loan: Loan, state: LoanState) -> Grade:
    """Return how a supervisor and an accountant see a loan on the state's day."""
    return rules.grade(rulepacks.home(), loan.agreed_terms, state)


def schedule_of(thing: Application | Loan) -> Schedule:
    """Return the schedule of what was asked for, or of what was agreed."""
    if isinstance(thing, Loan):
        return schedule.build(thing.agreed_terms)
    return schedule.build(thing.quoted_terms)
