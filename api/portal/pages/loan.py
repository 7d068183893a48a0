"""One loan as its borrower sees it: what is due, the agreement, a payment."""

from dataclasses import dataclass
from functools import partial

from fastapi import Response

from api.auth import Caller
from api.http.callers import Sme
from api.portal.amounts import read_amount, read_currency
from api.portal.desk import At, Desk
from api.portal.errors import FormMalformed
from api.portal.fields import Text
from api.portal.guard import make_pages
from api.wire import LoanRef
from contracts.loan import LoanState
from contracts.schedule import Schedule
from finance import lending, wallets
from finance.lending import Agreement, Loan, Receipt
from finance.wallets import Purse
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import PartyId

router = make_pages()

DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " frame-ancestors 'none'; sandbox"
)


@dataclass(frozen=True)
class LoanView:
    """A loan with its state, its payments and its document."""

    loan: Loan
    state: LoanState
    schedule: Schedule
    agreement: Agreement
    receipts: list[Receipt]
    purse: Purse | None


@router.get("/loans/{loan_id}")
async def show_loan(loan_id: LoanRef, desk: At, caller: Sme) -> Response:
    """Show a firm one of its loans."""
    return await _loan_page(desk, loan_id, caller)


@router.get("/loans/{loan_id}/agreement")
async def give_agreement(loan_id: LoanRef, desk: At, caller: Sme) -> Response:
    """Give the agreement, byte for byte as it was made."""
    agreement = await desk.db.read(_own_agreement, loan_id=loan_id, party=caller.party)
    return Response(
        agreement.document,
        media_type="text/html",
        headers={"Content-Security-Policy": DOCUMENT_POLICY},
    )


@router.post("/loans/{loan_id}/accept")
async def accept(
    loan_id: LoanRef, desk: At, caller: Sme, document_hash: Text
) -> Response:
    """Accept the agreement that was shown."""
    return await desk.act(
        lambda uow: lending.accept_agreement(
            uow,
            loan_id=loan_id,
            party_id=caller.party,
            document_hash=_read_hash(document_hash),
        ),
        done=f"/loans/{loan_id}?done=accepted",
        again=partial(_again, loan_id=loan_id, caller=caller),
    )


@router.post("/loans/{loan_id}/repayments")
async def repay(
    loan_id: LoanRef, desk: At, caller: Sme, amount: Text = "", currency: Text = ""
) -> Response:
    """Pay on the loan from the firm's wallet."""
    return await desk.act(
        lambda uow: lending.repay(
            uow,
            loan_id=loan_id,
            party_id=caller.party,
            amount=read_amount(amount, read_currency(currency)),
        ),
        done=f"/loans/{loan_id}?done=repaid",
        again=partial(_again, loan_id=loan_id, caller=caller),
    )


async def _again(desk: Desk, *, loan_id: str, caller: Caller) -> Response:
    return await _loan_page(desk, loan_id, caller)


async def _loan_page(desk: Desk, loan_id: str, caller: Caller) -> Response:
    view = await desk.db.read(_read, loan_id=loan_id, party=caller.party)
    return desk.page("loan.html", view=view, loan=view.loan, state=view.state)


async def _own_loan(uow: UnitOfWork, loan_id: str, party: PartyId) -> Loan:
    loan = await lending.get_loan(uow, loan_id=loan_id)
    if loan.borrower != party:
        raise NotFound(thing="loan")
    return loan


async def _own_agreement(uow: UnitOfWork, *, loan_id: str, party: PartyId) -> Agreement:
    loan = await _own_loan(uow, loan_id, party)
    return await lending.get_agreement(uow, loan_id=loan.id)


async def _read(uow: UnitOfWork, *, loan_id: str, party: PartyId) -> LoanView:
    loan = await _own_loan(uow, loan_id, party)
    purses = await wallets.list_purses(uow, party_id=party)
    return LoanView(
        loan,
        await lending.loan_state(uow, loan_id=loan.id),
        lending.schedule_of(loan),
        await lending.get_agreement(uow, loan_id=loan.id),
        list(await lending.list_receipts(uow, loan_id=loan.id)),
        next((p for p in purses if p.wallet.currency is loan.currency), None),
    )


def _read_hash(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise FormMalformed from None
