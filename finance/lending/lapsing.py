"""When a funded loan is not signed in time: the money goes back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from finance import raising, rulepacks
from finance.lending import repository
from finance.lending.errors import SignatureStillOpen
from finance.lending.events import LoanLapsed
from finance.lending.model import ApplicationStatus, Loan, LoanStatus
from finance.wallets import chart
from ledger import entries
from ledger.database import UnitOfWork
from ledger.ids import EntryId, PartyId, new_id

LAPSE_BATCH: Final = 100


async def list_unsigned(uow: UnitOfWork) -> Sequence[str]:
    """Return the ids of loans that somebody did not sign in all the time there was."""
    period = rulepacks.home().days("signature_period", on=uow.today())
    before = uow.now() - timedelta(days=period)
    return await repository.list_unsigned(uow, before=before, limit=LAPSE_BATCH)


async def let_lapse(uow: UnitOfWork, *, loan_id: str) -> Loan:
    """Give every lender its captured pledge back; the loan never begins.

    Raises:
        LoanNotOpen: Everybody signed after all, or it lapsed before.
        SignatureStillOpen: There still is time to sign.
    """
    loan = await repository.get_loan(uow, loan_id, lock=True)
    loan.require(LoanStatus.AWAITING_SIGNATURE)
    _require_over(uow, loan)
    application = await repository.get_application(uow, loan.application, lock=True)
    application.move(ApplicationStatus.FAILED, after=ApplicationStatus.FUNDED)
    entry = await _give_back(uow, loan)
    loan.status = LoanStatus.LAPSED.value
    loan.closed_on = uow.today()
    uow.record(LoanLapsed(loan.id, loan.principal), entries=[entry])
    return loan


def _require_over(uow: UnitOfWork, loan: Loan) -> None:
    period = rulepacks.home().days("signature_period", on=uow.today())
    until = loan.created_at + timedelta(days=period)
    if uow.now() < until:
        raise SignatureStillOpen(until=until.isoformat())


async def _give_back(uow: UnitOfWork, loan: Loan) -> EntryId:
    pledges = await raising.list_captured(uow, offer_id=loan.offer)
    lenders = [PartyId(pledge.party) for pledge in pledges]
    purses = await chart.wallets(uow, lenders, loan.currency)
    escrow = await chart.escrow(uow, loan.offer, loan.currency)
    legs = [entries.Leg(escrow, loan.principal_minor)]
    legs += [
        entries.Leg(purses[PartyId(pledge.party)], -pledge.amount_minor)
        for pledge in pledges
    ]
    entry = entries.NewEntry(
        EntryId(new_id("entry", uow.now())),
        "loan.lapsed",
        tuple(legs),
        uow.today(),
        metadata={"loan": loan.id},
    )
    await entries.post(uow, [entry])
    return entry.id
