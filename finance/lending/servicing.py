"""A loan's life after the money went out: days, receipts, and what lenders get."""

from collections.abc import Sequence
from datetime import date
from itertools import compress
from typing import Final

from contracts import loan as loans
from contracts import prepaying, sharing
from contracts.errors import EventInvalid, TermsInvalid
from contracts.loan import Allocation, LoanState
from contracts.prepaying import Option
from finance import rulepacks
from finance.lending import (
    books,
    dayend,
    distributing,
    given,
    repository,
    resharing,
    taxes,
)
from finance.lending.correcting import (
    as_owed,
    close_or_reopen,
    fresh_claims,
    keep_refund,
    settle,
    tell_claims,
)
from finance.lending.distributing import Portion, Spread
from finance.lending.errors import NothingOwed, QuoteTooFarAhead, ReceiptTooEarly
from finance.lending.events import (
    RepaymentReceived,
)
from finance.lending.history import History
from finance.lending.model import Loan, LoanStatus, Receipt, ReceiptStatus
from finance.wallets import chart
from ledger import entries
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import AccountId, PartyId, new_id
from ledger.money import CurrencyMismatch, Money

QUOTE_DAYS: Final = 31
_OPEN = (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF)


async def repay(
    uow: UnitOfWork, *, loan_id: str, party_id: PartyId, amount: Money
) -> Receipt:
    """Pay on one's own loan out of one's wallet."""
    loan = await repository.get_loan(uow, loan_id, lock=True)
    if loan.borrower != party_id:
        raise NotFound(thing="loan")
    return await receive_from_wallet(uow, loan, amount, on=uow.today())


async def receive_from_wallet(
    uow: UnitOfWork, loan: Loan, amount: Money, *, on: date
) -> Receipt:
    """Take a payment out of the borrower's wallet that counts for a day, or refuse."""
    amount.require_positive()
    amount.require_settleable()
    loan.require(*_OPEN)
    if amount.currency is not loan.currency:
        raise CurrencyMismatch(
            field="amount", expected=loan.currency, given=amount.currency
        )
    history = await History.of(uow, loan)
    if not history.terms.disbursed_on <= on <= uow.today():
        raise ReceiptTooEarly
    entry = books.new_entry(
        uow,
        loan,
        kind="repayment",
        legs=entries.transfer(
            debit=await chart.wallet(uow, PartyId(loan.borrower), amount.currency),
            credit=AccountId(loan.collections_account),
            units=amount.minor,
        ),
    )
    await entries.post(uow, [entry])
    receipt = _new_receipt(uow, loan, amount=amount, on=on)
    return await _receive(uow, history, receipt)


async def record_payment(
    uow: UnitOfWork, *, loan_id: str, deposit_id: str, amount: Money
) -> Receipt:
    """Take note of money that a rail brought to a loan's collections, once.

    It counts for the day it was paid, even when word of it comes later; if what was
    done since then leaves no place for it on that day, for today.
    """
    loan = await repository.get_loan(uow, loan_id, lock=True)
    known = await repository.find_receipt_of(uow, deposit_id)
    if known is not None:
        return known
    history = await History.of(uow, loan)
    on = await repository.find_day_paid(uow, deposit_id) or uow.today()
    on = max(history.terms.disbursed_on, min(on, uow.today()))
    receipt = _new_receipt(uow, loan, amount=amount, on=on, deposit_id=deposit_id)
    try:
        history.with_one(_event_of(receipt, history.next))
    except (EventInvalid, TermsInvalid):
        receipt = _new_receipt(
            uow, loan, amount=amount, on=uow.today(), deposit_id=deposit_id
        )
    return await _receive(uow, history, receipt)


def _new_receipt(
    uow: UnitOfWork,
    loan: Loan,
    *,
    amount: Money,
    on: date,
    deposit_id: str | None = None,
) -> Receipt:
    """Make the row of a receipt; one dated after the write-off is a recovery."""
    lost = loan.status == LoanStatus.WRITTEN_OFF
    return Receipt(
        id=new_id("rcpt", uow.now()),
        loan=loan.id,
        amount=amount,
        received_on=on,
        recovery=lost and loan.closed_on is not None and on >= loan.closed_on,
        deposit=deposit_id,
        status=ReceiptStatus.RECEIVED.value,
        recorded_at=uow.now(),
    )


def _event_of(receipt: Receipt, ordinal: int) -> loans.Event:
    kind = loans.RecoveryReceived if receipt.recovery else loans.ReceiptReceived
    return kind(
        on=receipt.received_on,
        ordinal=ordinal,
        receipt_id=receipt.id,
        amount=receipt.amount,
    )


async def _receive(uow: UnitOfWork, history: History, receipt: Receipt) -> Receipt:
    """Add a receipt to the loan's history and ask for its distribution.

    One dated back changes what later receipts paid, and that is put right at once.
    """
    is_late_news = receipt.received_on < history.last_on
    event = _event_of(receipt, history.next)
    if is_late_news:
        history.with_one(event)
    uow.add(receipt)
    history.append(event)
    uow.record(
        RepaymentReceived(
            history.loan.id, receipt.id, receipt.amount, receipt.received_on
        )
    )
    if is_late_news:
        await settle(uow, history.loan, history=history, since=receipt.received_on)
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
    allocation = next(a for a in state.allocations if a.receipt_id == receipt.id)
    await _share_out(uow, loan, receipt=receipt, state=state, allocation=allocation)
    receipt.status = ReceiptStatus.DISTRIBUTED.value
    if allocation.excess:
        waiting = await repository.list_waiting_receipts(uow, loan_id=loan.id)
        shared = {one.receipt_id for one in state.allocations} - set(waiting)
        keep_refund(history, state, shared)
    await close_or_reopen(uow, loan, state)
    return receipt


async def distribute_waiting(uow: UnitOfWork, loan: Loan) -> None:
    """Bring what was paid on a loan to its lenders, before something else happens."""
    while waiting := await repository.list_waiting_receipts(uow, loan_id=loan.id):
        for receipt_id in waiting:
            await distribute(uow, receipt_id=receipt_id)


async def _share_out(
    uow: UnitOfWork,
    loan: Loan,
    *,
    receipt: Receipt,
    state: LoanState,
    allocation: Allocation,
) -> None:
    """Share an allocation among the notes, book it and tell of it."""
    fresh = fresh_claims(loan, state)
    notes = await repository.list_holdings(uow, loan.id)
    accrued, notes = books.accrual_entries(uow, loan, notes=notes, fresh=fresh)
    rates = await taxes.rates_for(uow, loan.id)
    bps = [rates(note, receipt.received_on) for note in notes]
    owed = await as_owed(uow, loan, notes)
    shared = sharing.distribute(
        allocation,
        [
            resharing.holding_of(note, rate)
            for note, rate in zip(owed, bps, strict=True)
        ],
        servicing_fee_bps=rulepacks.home().bps("servicing_fee", on=receipt.received_on),
    )
    gets = [bool(share.gross_minor) for share in shared.shares]
    portions = list(compress(zip(notes, shared.shares, strict=True), gets))
    # Apart and first: else what pays it would seem too much, and be judged leg by leg.
    await entries.post(uow, accrued)
    made = await _distribution_entries(
        uow, loan, receipt=receipt, portions=portions, shared=shared
    )
    await entries.post(uow, made)
    tell_claims(uow, loan, fresh, accrued)
    first = distributing.first(receipt, allocation, shared)
    await given.add_shares(
        uow,
        first,
        shares=[share for _, share in portions],
        rates_bps=list(compress(bps, gets)),
    )
    told = distributing.told(first, receipt, shared)
    uow.record(told, entries=[entry.id for entry in made])


async def _distribution_entries(
    uow: UnitOfWork,
    loan: Loan,
    *,
    receipt: Receipt,
    portions: Sequence[Portion],
    shared: sharing.Distribution,
) -> list[entries.NewEntry]:
    """Return what a distribution moves; a recovery first restores what it settles."""
    settled = distributing.settled(portions)
    made: list[entries.NewEntry] = []
    if loan.status == LoanStatus.WRITTEN_OFF:
        restored = [(note, books.turned(change)) for note, change in settled]
        made += books.change_entries(uow, loan, kind=books.RESTORED, changes=restored)
    spread = Spread(
        fees=shared.operator_fee.minor,
        rounding=shared.rounding.minor,
        borrower=shared.excess.minor,
    )
    spread.add(portions)
    made += await distributing.entries_for(
        uow,
        loan,
        spread=spread,
        notes=[note for note, _ in portions],
        receipt=receipt,
    )
    made += books.change_entries(
        uow, loan, kind=distributing.REPAID, changes=settled, receipt=receipt.id
    )
    return made


async def loan_state(
    uow: UnitOfWork, *, loan_id: str, on: date | None = None
) -> LoanState:
    """Return where a loan stands today, or on a given day."""
    loan = await repository.get_loan(uow, loan_id)
    day = on or uow.today()
    kept = await dayend.find_state(uow, loan, day)
    return kept or (await History.of(uow, loan)).state(day)


async def prepayment_options(
    uow: UnitOfWork, *, loan_id: str, amount: Money | None = None
) -> list[Option]:
    """Return what each way of paying early costs today, with an amount also in part."""
    loan = await repository.get_loan(uow, loan_id)
    loan.require(LoanStatus.ACTIVE)
    history = await History.of(uow, loan)
    return prepaying.options(history.terms, history.events, uow.today(), amount)


async def quote_payoff(
    uow: UnitOfWork, *, loan_id: str, on: date | None = None
) -> loans.PayoffQuote:
    """Return what closes a loan if it arrives today, or on a day soon to come.

    It holds as long as nothing else happens to the loan.
    """
    loan = await repository.get_loan(uow, loan_id)
    loan.require(LoanStatus.ACTIVE)
    good_through = on or uow.today()
    ahead = (good_through - uow.today()).days
    if not 0 <= ahead <= QUOTE_DAYS:
        raise QuoteTooFarAhead(days=QUOTE_DAYS)
    history = await History.of(uow, loan)
    quote = loans.payoff_quote(history.terms, history.events, good_through)
    if not quote.total:
        raise NothingOwed
    return quote
