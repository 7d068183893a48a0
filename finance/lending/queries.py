"""What people can look at: applications, loans, documents, schedules."""

from collections.abc import Sequence

from contracts import schedule
from contracts.schedule import Schedule
from finance.lending import repository
from finance.lending.model import (
    Acceptance,
    Agreement,
    Application,
    Loan,
    LoanEvent,
    Note,
    Receipt,
)
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.paging import DEFAULT_PAGE, Page

WAITING_BATCH = 100


async def get_application(uow: UnitOfWork, *, application_id: str) -> Application:
    """Return an application."""
    return await repository.get_application(uow, application_id)


async def list_applications(
    uow: UnitOfWork,
    *,
    party_id: PartyId | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Application]:
    """Return applications, newest first: a party's own, or those in a state."""
    return await repository.list_applications(
        uow, party_id=party_id, status=status, after=after, limit=limit
    )


async def get_loan(uow: UnitOfWork, *, loan_id: str) -> Loan:
    """Return a loan."""
    return await repository.get_loan(uow, loan_id)


async def list_loans(
    uow: UnitOfWork,
    *,
    borrower_id: PartyId | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Loan]:
    """Return loans, newest first: all, or one borrower's."""
    return await repository.list_loans(
        uow, borrower_id=borrower_id, after=after, limit=limit
    )


async def take_part(uow: UnitOfWork, *, loan_id: str, party_id: PartyId) -> bool:
    """Say whether a party is the borrower of a loan or holds a note of it."""
    loan = await repository.get_loan(uow, loan_id)
    if loan.borrower == party_id:
        return True
    return await repository.is_lender(uow, loan_id, party_id)


async def list_events(uow: UnitOfWork, *, loan_id: str) -> Sequence[LoanEvent]:
    """Return the facts of a loan's life, in order."""
    return await repository.list_events(uow, loan_id)


async def list_notes(uow: UnitOfWork, *, loan_id: str) -> Sequence[Note]:
    """Return the notes of a loan."""
    return await repository.list_notes(uow, loan_id)


async def list_receipts(uow: UnitOfWork, *, loan_id: str) -> Sequence[Receipt]:
    """Return what was paid on a loan."""
    return await repository.list_receipts(uow, loan_id)


async def list_waiting_receipts(
    uow: UnitOfWork, *, limit: int = WAITING_BATCH
) -> Sequence[str]:
    """Return receipts that have not reached the lenders, oldest first."""
    return await repository.list_waiting_receipts(uow, min(limit, WAITING_BATCH))


async def agreement_of(uow: UnitOfWork, *, loan_id: str) -> Agreement:
    """Return the document of a loan, byte for byte."""
    return await repository.get_agreement(uow, loan_id)


async def list_acceptances(uow: UnitOfWork, *, loan_id: str) -> Sequence[Acceptance]:
    """Return who accepted a loan's terms or document, and when."""
    return await repository.list_acceptances(uow, loan_id)


def schedule_of(thing: Application | Loan) -> Schedule:
    """Return the schedule of what was asked for, or of what was agreed."""
    if isinstance(thing, Loan):
        return schedule.build(thing.agreed_terms)
    return schedule.build(thing.quoted_terms)
