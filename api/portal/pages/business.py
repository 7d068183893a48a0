"""A firm's own side: its requests with their answers, and its loans."""

from dataclasses import dataclass

from fastapi import Response

from api.http.callers import Sme
from api.portal.desk import At
from api.portal.guard import make_pages
from contracts.loan import LoanState
from finance import equity, lending, raising, wallets
from finance.equity import ShareClass
from finance.lending import Application, Loan
from finance.raising import Offer
from finance.wallets import Purse
from ledger.database import UnitOfWork
from ledger.ids import PartyId

router = make_pages()


@dataclass(frozen=True)
class Business:
    """All that a firm has asked for and owes."""

    applications: list[Application]
    loans: list[tuple[Loan, LoanState]]
    shares: list[ShareClass]
    offers: dict[str, Offer]
    purses: list[Purse]


@router.get("/business")
async def show_business(desk: At, caller: Sme) -> Response:
    """Show a firm its own applications and loans."""
    business = await desk.db.read(_read, party=caller.party)
    return desk.page("business.html", business=business)


async def _read(uow: UnitOfWork, *, party: PartyId) -> Business:
    applications = (await lending.list_applications(uow, party_id=party)).items
    loans = (await lending.list_loans(uow, borrower_id=party)).items
    shares = (await equity.list_share_classes(uow, issuer_id=party)).items
    wanted = [*(a.offer for a in applications), *(s.offer for s in shares)]
    return Business(
        applications,
        [(loan, await lending.loan_state(uow, loan_id=loan.id)) for loan in loans],
        shares,
        {
            offer: await raising.get_offer(uow, offer_id=offer)
            for offer in wanted
            if offer
        },
        await wallets.list_purses(uow, party_id=party),
    )
