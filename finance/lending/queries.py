"""What follows from what lending remembers: who takes part, which schedule."""

from contracts import schedule
from contracts.schedule import Schedule
from finance.lending import repository
from finance.lending.model import Application, Loan
from ledger.database import UnitOfWork
from ledger.ids import PartyId


async def take_part(uow: UnitOfWork, *, loan_id: str, party_id: PartyId) -> bool:
    """Say whether a party is the borrower of a loan or holds a note of it."""
    loan = await repository.get_loan(uow, loan_id)
    if loan.borrower == party_id:
        return True
    return await repository.is_lender(uow, loan_id, party_id)


def schedule_of(thing: Application | Loan) -> Schedule:
    """Return the schedule of what was asked for, or of what was agreed."""
    if isinstance(thing, Loan):
        return schedule.build(thing.agreed_terms)
    return schedule.build(thing.quoted_terms)
