"""A loan's life after the money went out: days, receipts, and what lenders get."""

from datetime import date
from typing import Final

from contracts import loan as loans
from contracts import prepaying, sharing
from contracts.loan import Allocation, LoanState
from contracts.prepaying import Option
from finance import rulepacks
from finance.lending import books, repository, rules
from finance.lending.errors import NothingOwed, ReceiptTooEarly
from finance.lending.events import (
    InterestAccrued,
    LateFeeCharged,
    LoanPaidOff,
    RepaymentDistributed,
    RepaymentReceived,
)
from finance.lending.history import History
from finance.lending.model import Claim, Loan, LoanStatus, Receipt, ReceiptStatus
from finance.wallets import chart
from ledger import entries
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId, EntryId, PartyId, new_id
from ledger.money import CurrencyMismatch, Money

LOANS_PER_PAGE: Final = 500
_OPEN = (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF)


async def repay(
    uow: UnitOfWork, *, loan_id: str, party_id: PartyId, amount: Money
) -> Receipt:
    """Pay on one's own loan out of one's wallet."""
    amount.require_positive()
    amount.require_settleable()
    loan = await repository.get_loan(uow, loan_id, lock=True)
    if loan.borrower != party_id:
        raise NotFound(thing="loan")
    loan.require(*_OPEN)
    if amount.currency is not loan.currency:
        raise CurrencyMismatch(expected=loan.currency, given=amount.currency)
    entry = entries.NewEntry(
        EntryId(new_id("entry", uow.now())),
        "repayment",
        entries.transfer(
            debit=await chart.wallet(uow, party_id, amount.currency),
            credit=AccountId(loan.collections_account),
            units=amount.minor,
        ),
        uow.today(),
        metadata={"loan": loan.id},
    )
    await entries.post(uow, [entry])
    return await _receive(uow, loan, amount)


async def record_payment(
    uow: UnitOfWork, *, loan_id: str, deposit_id: str, amount: Money
) -> Receipt:
    """Take note of money that a rail brought to a loan's collections, once."""
    loan = await repository.get_loan(uow, loan_id, lock=True)
    known = await repository.find_receipt_of(uow, deposit_id)
    if known is not None:
        return known
    return await _receive(uow, loan, amount, deposit_id=deposit_id)


async def _receive(
    uow: UnitOfWork, loan: Loan, amount: Money, *, deposit_id: str | None = None
) -> Receipt:
    """Add a receipt to the loan's history and ask for its distribution."""
    history = await History.of(uow, loan)
    on = uow.today()
    if on < history.last_on:
        raise ReceiptTooEarly
    recovery = loan.status == LoanStatus.WRITTEN_OFF
    receipt = Receipt(
        id=new_id("rcpt", uow.now()),
        loan=loan.id,
        amount=amount,
        received_on=on,
        recovery=recovery,
        deposit=deposit_id,
        status=ReceiptStatus.RECEIVED.value,
        recorded_at=uow.now(),
    )
    uow.add(receipt)
    kind = loans.RecoveryReceived if recovery else loans.ReceiptReceived
    history.append(
        kind(on=on, ordinal=history.next, receipt_id=receipt.id, amount=amount)
    )
    uow.record(RepaymentReceived(loan.id, receipt.id, amount, on))
    return receipt


async def distribute(uow: UnitOfWork, *, receipt_id: str) -> Receipt:
    """Give a receipt to the lenders to the cent; done once, however often asked."""
    found = await repository.get_receipt(uow, receipt_id)
    loan = await repository.get_loan(uow, found.loan, lock=True)
    receipt = await repository.get_receipt(uow, receipt_id, fresh=True)
    if receipt.status == ReceiptStatus.DISTRIBUTED:
        return receipt
    history = await History.of(uow, loan)
    state = history.state(uow.today())
    await book_claims(uow, loan, state)
    allocation = next(a for a in state.allocations if a.receipt_id == receipt.id)
    await _share_out(uow, loan, receipt, allocation)
    receipt.status = ReceiptStatus.DISTRIBUTED.value
    await _close_when_paid(uow, loan, state)
    return receipt


async def _share_out(
    uow: UnitOfWork, loan: Loan, receipt: Receipt, allocation: Allocation
) -> None:
    """Share an allocation among the notes, book it and tell of it."""
    notes = await repository.list_holdings(uow, loan.id)
    if receipt.recovery:
        notes = await books.with_losses(uow, notes)
    holdings = [rules.holding_of(note) for note in notes]
    servicing_bps = rulepacks.home().bps("servicing_fee", on=receipt.received_on)
    shared = sharing.distribute(allocation, holdings, servicing_fee_bps=servicing_bps)
    portions = [
        books.Portion(note, share)
        for note, share in zip(notes, shared.shares, strict=True)
        if share.gross
    ]
    made: list[EntryId] = []
    if receipt.recovery:
        made += await books.book_restored(uow, loan, portions)
    made += await books.book_distribution(
        uow, loan, receipt=receipt, portions=portions, distribution=shared
    )
    await repository.add_shares(uow, receipt.id, [part.share for part in portions])
    uow.record(
        RepaymentDistributed(
            loan.id,
            receipt.id,
            received=receipt.amount,
            to_lenders=shared.net,
            servicing_fee=shared.servicing_fee,
            tax=shared.tax_withheld,
            returned=shared.excess,
        ),
        entries=made,
    )


async def _close_when_paid(uow: UnitOfWork, loan: Loan, state: LoanState) -> None:
    if state.status is not loans.Status.PAID_OFF or loan.status != LoanStatus.ACTIVE:
        return
    if any((await books.owed_by(uow, loan)).values()):
        return
    loan.status = LoanStatus.PAID_OFF.value
    loan.closed_on = uow.today()
    uow.record(LoanPaidOff(loan.id, uow.today()))


async def count_day(uow: UnitOfWork, *, loan_id: str) -> LoanState:
    """Bring a loan to today: late fees that are due, and claims that fell due.

    Running it again on the same day changes nothing.
    """
    loan = await repository.get_loan(uow, loan_id, lock=True)
    history = await History.of(uow, loan)
    on = uow.today()
    if loan.status == LoanStatus.ACTIVE:
        for fee in loans.late_fees_due(history.terms, history.events, on):
            history.append(
                loans.LateFeeCharged(
                    on=on,
                    ordinal=history.next,
                    instalment=fee.instalment,
                    amount=fee.amount,
                )
            )
            uow.record(LateFeeCharged(loan.id, fee.instalment, fee.amount, on))
        await book_claims(uow, loan, history.state(on))
    return history.state(on)


async def list_loans_to_count(uow: UnitOfWork, *, after: str | None) -> list[str]:
    """Return some loans whose day is to be counted, in order, behind a cursor."""
    found = await repository.list_active_loans(uow, after=after, limit=LOANS_PER_PAGE)
    return list(found)


async def book_claims(uow: UnitOfWork, loan: Loan, state: LoanState) -> None:
    """Book the difference between what the history claims and what the books have."""
    claimed = rules.claimed(state)
    fresh = {claim: claimed[claim] - loan.booked(claim) for claim in claimed}
    if not any(fresh.values()):
        return
    notes = await repository.list_holdings(uow, loan.id)
    for claim, more in fresh.items():
        if not more:
            continue
        made = await books.book_accrual(
            uow, loan, notes=notes, claim=claim, amount=more
        )
        loan.add_booked(claim, more)
        if claim is Claim.INTEREST:
            uow.record(InterestAccrued(loan.id, more, uow.today()), entries=made)


async def loan_state(
    uow: UnitOfWork, *, loan_id: str, on: date | None = None
) -> LoanState:
    """Return where a loan stands today, or on a given day."""
    loan = await repository.get_loan(uow, loan_id)
    history = await History.of(uow, loan)
    return history.state(on or uow.today())


async def prepayment_options(
    uow: UnitOfWork, *, loan_id: str, amount: Money | None = None
) -> list[Option]:
    """Return what each way of paying early costs today, with an amount also in part."""
    loan = await repository.get_loan(uow, loan_id)
    loan.require(LoanStatus.ACTIVE)
    history = await History.of(uow, loan)
    return prepaying.options(history.terms, history.events, uow.today(), amount)


async def quote_payoff(uow: UnitOfWork, *, loan_id: str) -> loans.PayoffQuote:
    """Return what closes a loan if it arrives today."""
    loan = await repository.get_loan(uow, loan_id)
    loan.require(LoanStatus.ACTIVE)
    history = await History.of(uow, loan)
    quote = loans.payoff_quote(history.terms, history.events, uow.today())
    if not quote.total:
        raise NothingOwed
    return quote
