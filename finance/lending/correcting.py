"""Bring the books to what a loan's history says: claims, and receipts shared already.

The books are never rewritten. What the history says less what the books have is posted
as new entries, among the loan's notes and among the lenders' wallets.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts import loan as loans
from contracts.loan import Allocation, LoanState
from finance import rulepacks
from finance.lending import (
    books,
    distributing,
    given,
    repository,
    resharing,
    rules,
    taxes,
)
from finance.lending.distributed import Distribution, Given
from finance.lending.distributing import Portion, Spread
from finance.lending.events import (
    DistributionsCorrected,
    InterestAccrued,
    LateFeeCancelled,
    LoanPaidOff,
    LoanReopened,
)
from finance.lending.history import History
from finance.lending.model import Claim, Holding, Loan, LoanStatus, Units
from finance.lending.resharing import Rates, Reshared, Wanted
from ledger import entries
from ledger.database import UnitOfWork
from ledger.entries import Leg, NewEntry
from ledger.ids import EntryId
from ledger.money import Money


async def settle(
    uow: UnitOfWork,
    loan: Loan,
    *,
    history: History,
    since: date,
    outside: Sequence[Leg] = (),
) -> LoanState:
    """Post the difference between a loan's history and its books, and say where it is.

    ``since`` is the day of what is new in the history: what was so before it still is.
    ``outside`` is where money came from or goes to that no lender has: a receipt the
    bank took back. Receipts that were not shared yet are left to their distribution.
    """
    on = uow.today()
    cancel_unfounded_fees(uow, history, since)
    state = history.state(on)
    known = await given.list_given(uow, loan.id)
    changed = [
        one
        for one in state.allocations
        if one.receipt_id in known and not _is_as_given(one, known[one.receipt_id])
    ]
    if changed:
        work = await _Correction.of(
            uow, loan=loan, state=state, changed=changed, known=known
        )
        await work.post(outside)
    else:
        await book_claims(uow, loan, state)
    keep_refund(history, state, known.keys())
    await close_or_reopen(uow, loan, state)
    return state


def cancel_unfounded_fees(uow: UnitOfWork, history: History, since: date) -> None:
    """Take back late fees that would not have been charged, had all been known."""
    on = uow.today()
    for fee in loans.late_fees_unfounded(history.terms, history.events, since):
        history.append(
            loans.ChargeCancelled(on=on, ordinal=history.next, charge=fee.ordinal)
        )
        uow.record(LateFeeCancelled(history.loan.id, fee.instalment, fee.amount, on))


def keep_refund(history: History, state: LoanState, shared: Collection[str]) -> None:
    """Put on record that what was too much went back to the borrower's wallet."""
    waiting = sum(
        one.excess.minor for one in state.allocations if one.receipt_id not in shared
    )
    given_back = Money(state.overpaid.minor - waiting, state.overpaid.currency)
    if given_back.minor > 0:
        history.append(
            loans.Refunded(
                on=state.on, ordinal=history.next, amount=given_back, up_to=True
            )
        )


def _is_as_given(one: Allocation, so_far: Given) -> bool:
    parts = one.penalty, one.fee, one.interest, one.principal, one.excess
    return tuple(part.minor for part in parts) == so_far[:5]


async def book_claims(uow: UnitOfWork, loan: Loan, state: LoanState) -> None:
    """Book the difference between what the history claims and what the books have."""
    fresh = fresh_claims(loan, state)
    if not any(fresh.values()):
        return
    notes = await repository.list_holdings(uow, loan.id)
    made, _ = books.accrual_entries(uow, loan, notes=notes, fresh=fresh)
    await entries.post(uow, made)
    tell_claims(uow, loan, fresh, made)


def fresh_claims(loan: Loan, state: LoanState) -> dict[Claim, Money]:
    """Return what the history claims beyond what the books have let fall due."""
    claimed = rules.claimed(state)
    return {claim: claimed[claim] - loan.booked(claim) for claim in Claim}


def tell_claims(
    uow: UnitOfWork, loan: Loan, fresh: Mapping[Claim, Money], made: Sequence[NewEntry]
) -> None:
    """Keep how much has fallen due, and tell of interest."""
    for claim, more in fresh.items():
        loan.add_booked(claim, more)
    if fresh[Claim.INTEREST]:
        ids = [entry.id for entry in made]
        uow.record(
            InterestAccrued(loan.id, fresh[Claim.INTEREST], uow.today()), entries=ids
        )


async def close_or_reopen(uow: UnitOfWork, loan: Loan, state: LoanState) -> None:
    """Close a loan of which nothing is owed; open one again of which something is."""
    is_paid = state.status is loans.Status.PAID_OFF
    if loan.status == LoanStatus.PAID_OFF and not is_paid:
        loan.status, loan.closed_on = LoanStatus.ACTIVE.value, None
        uow.record(LoanReopened(loan.id, uow.today()))
    if loan.status != LoanStatus.ACTIVE or not is_paid:
        return
    if any((await books.owed_by(uow, loan)).values()):
        return
    loan.status, loan.closed_on = LoanStatus.PAID_OFF.value, uow.today()
    uow.record(LoanPaidOff(loan.id, uow.today()))


@dataclass
class _Correction:
    """Receipts that paid something else than was shared, and all that follows."""

    uow: UnitOfWork
    loan: Loan
    notes: list[Holding]
    rates: Rates
    fresh: dict[Claim, Money]
    changed: Sequence[Allocation]
    known: Mapping[str, Given]
    shared: list[Reshared]
    changes: list[Units]

    @classmethod
    async def of(
        cls,
        uow: UnitOfWork,
        *,
        loan: Loan,
        state: LoanState,
        changed: Sequence[Allocation],
        known: Mapping[str, Given],
    ) -> "_Correction":
        """Share the changed receipts again, in thought."""
        notes = await repository.list_holdings(uow, loan.id)
        standing = await as_owed(uow, loan, notes)
        rates = await taxes.rates_for(uow, loan.id)
        ids = [one.receipt_id for one in changed]
        so_far = await given.list_given_shares(uow, ids, loan.currency)
        pack = rulepacks.home()
        wanted = [
            Wanted(one, pack.bps("servicing_fee", on=one.on), so_far[one.receipt_id])
            for one in changed
        ]
        fresh = fresh_claims(loan, state)
        shared, changes = resharing.reshare(standing, wanted, fresh=fresh, rates=rates)
        return cls(uow, loan, notes, rates, fresh, changed, known, shared, changes)

    async def post(self, outside: Sequence[Leg]) -> None:
        """Book the differences, keep them by receipt and note, and tell of them."""
        spread = self._spread()
        made = self._owing_entries() + await distributing.entries_for(
            self.uow,
            self.loan,
            spread=spread,
            notes=self.notes,
            outside=outside,
        )
        await entries.post(self.uow, made)
        for claim, more in self.fresh.items():
            self.loan.add_booked(claim, more)
        for one, shared in zip(self.changed, self.shared, strict=True):
            await self._keep(one, shared)
        self._tell(spread, [entry.id for entry in made])

    def _spread(self) -> Spread:
        by_id = {note.id: note for note in self.notes}
        spread = Spread()
        for one, shared in zip(self.changed, self.shared, strict=True):
            before = self.known[one.receipt_id]
            portions: list[Portion] = [
                (by_id[share.note_id], share) for share in shared.differences
            ]
            spread.add(portions)
            spread.fees += one.fee.minor - before.fee
            spread.borrower += one.excess.minor - before.excess
            spread.rounding += shared.rounding.minor - before.rounding
        return spread

    def _owing_entries(self) -> list[NewEntry]:
        """Change what the notes are owed; of a loan written off, what they lost."""
        up = [_signed(change, 1) for change in self.changes]
        down = [_signed(change, -1) for change in self.changes]
        if self.loan.status != LoanStatus.WRITTEN_OFF:
            return self._entries("loan.corrected", self.changes)
        return [
            *self._entries("loan.corrected", up),
            *self._entries(books.WRITTEN_OFF, [books.turned(change) for change in up]),
            *self._entries(
                books.WRITTEN_OFF, [books.turned(change) for change in down]
            ),
            *self._entries("loan.corrected", down),
        ]

    def _entries(self, kind: str, changes: Sequence[Units]) -> list[NewEntry]:
        pairs = list(zip(self.notes, changes, strict=True))
        return books.change_entries(self.uow, self.loan, kind=kind, changes=pairs)

    async def _keep(self, one: Allocation, shared: Reshared) -> None:
        before = self.known[one.receipt_id]
        by_id = {note.id: note for note in self.notes}
        await given.add_shares(
            self.uow,
            Distribution(
                receipt=one.receipt_id,
                number=before.times + 1,
                counted_on=self.uow.today(),
                penalty_minor=one.penalty.minor - before.penalty,
                fee_minor=one.fee.minor - before.fee,
                interest_minor=one.interest.minor - before.interest,
                principal_minor=one.principal.minor - before.principal,
                excess_minor=one.excess.minor - before.excess,
                rounding_minor=shared.rounding.minor - before.rounding,
            ),
            shares=shared.differences,
            rates_bps=[
                self.rates(by_id[share.note_id], one.on) for share in shared.differences
            ],
        )

    def _tell(self, spread: Spread, made: list[EntryId]) -> None:
        currency = self.loan.currency
        self.uow.record(
            DistributionsCorrected(
                self.loan.id,
                receipts=len(self.changed),
                to_lenders=Money(sum(spread.lenders.values()), currency),
                to_platform=Money(spread.fees, currency),
                to_tax=Money(spread.tax, currency),
                to_borrower=Money(spread.borrower, currency),
                corrected_on=self.uow.today(),
            ),
            entries=made,
        )


async def as_owed(
    uow: UnitOfWork, loan: Loan, notes: Sequence[Holding]
) -> list[Holding]:
    """Return notes as owed; of a loan written off, what they lost and did not recover."""
    if loan.status != LoanStatus.WRITTEN_OFF:
        return list(notes)
    lost = await books.losses(uow, notes)
    return [note.plus(units) for note, units in zip(notes, lost, strict=True)]


def _signed(change: Units, sign: int) -> Units:
    principal, interest, fees = (units if units * sign > 0 else 0 for units in change)
    return principal, interest, fees
