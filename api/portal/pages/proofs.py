"""Proofs for their owners: receipts out of the log, the daily count, statements."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Response

from api import evidence
from api.auth import Caller
from api.http.callers import Client, Known
from api.http.routes.exports import Wanted
from api.portal.desk import At, Desk
from api.portal.guard import make_pages
from api.wire import LoanRef, PartyRef, PledgeRef, ReceiptRef, ShareRef
from finance import equity, lending, raising, safekeeping, wallets
from finance.equity import Holding, ShareClass
from finance.raising import Pledge
from finance.safekeeping import Inclusion
from finance.wallets import Purse
from ledger import audit
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId, PartyId
from ledger.money import Currency
from ledger.paging import MAX_PAGE

router = make_pages()


@dataclass(frozen=True)
class Provable:
    """What somebody has that the log or the daily count proves."""

    counted: list[tuple[Purse, Inclusion | None]]
    loans: list[str]
    pledges: list[Pledge]
    shares: list[tuple[Holding, ShareClass]]


@router.get("/proofs")
async def show_proofs(desk: At, caller: Client) -> Response:
    """Show a client what can be proved to them, and how to check it."""
    mine = await desk.db.read(_read, party=caller.party)
    return desk.page("proofs.html", mine=mine)


@router.get("/proofs/pledges/{pledge_id}")
async def give_pledge(pledge_id: PledgeRef, desk: At, caller: Client) -> Response:
    """Give the receipt of one's pledge."""
    return await _give(
        desk, evidence.of_pledge, pledge_id, pledge_id=pledge_id, lender=caller.party
    )


@router.get("/proofs/loans/{loan_id}")
async def give_contract(loan_id: LoanRef, desk: At, caller: Known) -> Response:
    """Give the receipt of a contract."""
    return await _give(
        desk, evidence.of_contract, loan_id, loan_id=loan_id, caller=caller
    )


@router.get("/proofs/loans/{loan_id}/receipts/{receipt_id}")
async def give_share(
    loan_id: LoanRef, receipt_id: ReceiptRef, desk: At, caller: Known
) -> Response:
    """Give the receipt of a repayment and one's share of it."""
    named = {"loan_id": loan_id, "receipt_id": receipt_id}
    return await _give(desk, evidence.of_share, receipt_id, caller=caller, **named)


@router.get("/proofs/holdings/{share_id}")
async def give_holding(share_id: ShareRef, desk: At, caller: Client) -> Response:
    """Give the receipt of one's shares."""
    return await _give(
        desk, evidence.of_holding, share_id, share_id=share_id, holder=caller.party
    )


@router.get("/proofs/wallets/{currency}")
async def give_path(currency: Currency, desk: At, caller: Client) -> Response:
    """Give the receipt of one's balance in the last count."""
    receipt = await desk.db.read(
        evidence.of_balance, party=caller.party, currency=currency, policy=desk.policy
    )
    return _file(receipt.content, f"counted-{currency}.json")


@router.get("/wallets/statement")
async def give_statement(
    desk: At,
    caller: Known,
    wanted: Annotated[Wanted, Depends()],
    currency: Currency,
    party: PartyRef | None = None,
) -> Response:
    """Give the statement of one's wallet; staff name its owner."""
    owner = caller.about(party)
    wallet = await desk.db.read(wallets.get_wallet, party_id=owner, currency=currency)
    return await wanted.answer(desk.db, AccountId(wallet.account))


async def _give(
    desk: Desk,
    prove: Callable[..., Awaitable[audit.Receipt]],
    about: str,
    **named: str | Caller,
) -> Response:
    given: dict[str, Any] = {**named, "policy": desk.policy}
    receipt = await desk.db.read(prove, **given)
    return _file(receipt.content, f"receipt-{about}.json")


def _file(content: bytes, name: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=named)


async def _read(uow: UnitOfWork, *, party: PartyId) -> Provable:
    purses = await wallets.list_purses(uow, party_id=party)
    counted = [(one, await _inclusion(uow, party, one)) for one in purses]
    portfolios = await lending.portfolio(uow, lender_id=party)
    lent = [p.loan.id for part in portfolios for p in part.positions]
    owed = await lending.list_loans(uow, borrower_id=party, limit=MAX_PAGE)
    pledges = await raising.list_pledges(uow, party_id=party, limit=MAX_PAGE)
    held = await equity.list_holdings(uow, holder=party)
    return Provable(
        counted,
        [*lent, *(loan.id for loan in owed.items)],
        pledges.items,
        [
            (one, await equity.get_share_class(uow, share_id=one.share_id))
            for one in held
        ],
    )


async def _inclusion(uow: UnitOfWork, party: PartyId, purse: Purse) -> Inclusion | None:
    currency = purse.wallet.currency
    try:
        return await safekeeping.show_inclusion(uow, party_id=party, currency=currency)
    except NotFound:
        return None  # Not counted yet: the wallet is younger than the day.
