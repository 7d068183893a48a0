"""What a receipt moves: collections to lenders, platform, tax office and borrower.

A correction moves the same accounts, by the difference. What is too much for one entry
goes through the loan's collections, money that comes in before money that goes out.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.loan import Allocation
from contracts.sharing import Distribution, NoteShare
from finance import safekeeping, wallets
from finance.lending import books, counted, distributed, purses
from finance.lending.counted import Got
from finance.lending.events import RepaymentDistributed
from finance.lending.model import Holding, Loan, Receipt
from finance.lending.resharing import paid
from finance.wallets import Platform, chart
from ledger.database import UnitOfWork
from ledger.entries import Leg, NewEntry
from ledger.ids import AccountId, PartyId

LEGS_PER_ENTRY: Final = 2_000
DISTRIBUTED: Final = "repayment.distributed"
REPAID: Final = "loan.repaid"
CORRECTED: Final = "repayment.corrected"

Portion = tuple[Holding, NoteShare]
"""A note and what it gets of a receipt, or how much more."""


@dataclass
class Spread:
    """Where money goes, in minor units; with a minus it comes from there."""

    lenders: Counter[PartyId] = field(default_factory=Counter)
    fees: int = 0
    tax: int = 0
    rounding: int = 0
    borrower: int = 0

    def add(self, portions: Sequence[Portion]) -> None:
        """Count what lenders, the platform and the tax office get by some portions."""
        for note, share in portions:
            self.lenders[note.lender] += share.net_minor
            self.fees += share.servicing_fee_minor
            self.tax += share.tax_withheld_minor


def settled(portions: Sequence[Portion]) -> list[books.Change]:
    """Return how much less each note is owed once it got its portion."""
    return [(note, paid(share)) for note, share in portions]


def first(
    receipt: Receipt, allocation: Allocation, shared: Distribution
) -> distributed.Distribution:
    """Return what is kept of a receipt that is shared for the first time."""
    return distributed.Distribution(
        receipt=receipt.id,
        number=1,
        counted_on=receipt.received_on,
        penalty_minor=allocation.penalty.minor,
        fee_minor=allocation.fee.minor,
        interest_minor=allocation.interest.minor,
        principal_minor=allocation.principal.minor,
        excess_minor=allocation.excess.minor,
        rounding_minor=shared.rounding.minor,
        seed=secrets.token_bytes(safekeeping.SEED_BYTES),
    )


def told(
    first: distributed.Distribution, receipt: Receipt, shared: Distribution
) -> RepaymentDistributed:
    """Return what is told of a receipt that is shared for the first time."""
    got = [Got(one.note_id, one.net_minor) for one in shared.shares if one.gross_minor]
    return RepaymentDistributed(
        receipt.loan,
        receipt.id,
        received=receipt.amount,
        to_lenders=shared.net,
        servicing_fee=shared.servicing_fee,
        tax=shared.tax_withheld,
        returned=shared.excess,
        shares_root=counted.root_of(first.seed or b"", got),
    )


async def entries_for(
    uow: UnitOfWork,
    loan: Loan,
    *,
    spread: Spread,
    notes: Sequence[Holding],
    outside: Sequence[Leg] = (),
    receipt: Receipt | None = None,
) -> list[NewEntry]:
    """Return the entries that take money to where it belongs, out of the collections.

    Without a receipt they are a correction, and what they take sums to what they give.
    """
    currency = loan.currency
    known: dict[PartyId, AccountId | None] = {n.lender: n.wallet for n in notes}
    changes = {party: units for party, units in spread.lenders.items() if units}
    if spread.borrower:
        borrower = PartyId(loan.borrower)
        purse = await wallets.open_wallet(uow, party_id=borrower, currency=currency)
        known[borrower] = None if purse.closed_at else AccountId(purse.account)
        changes[borrower] = changes.get(borrower, 0) + spread.borrower
    legs = await purses.legs_for(
        uow,
        currency,
        changes=changes,
        wallets={party: known[party] for party in changes},
    )
    legs += await _platform_legs(uow, loan, spread)
    legs += outside
    if receipt is None:
        return _through_collections(uow, loan, kind=CORRECTED, legs=legs)
    return _through_collections(
        uow, loan, kind=DISTRIBUTED, legs=legs, receipt=receipt.id
    )


async def _platform_legs(uow: UnitOfWork, loan: Loan, spread: Spread) -> list[Leg]:
    parts: Mapping[Platform, int] = {
        Platform.FEES: spread.fees,
        Platform.TAX: spread.tax,
        Platform.ROUNDING: spread.rounding,
    }
    return [
        Leg(await chart.platform(uow, place, loan.currency), -units)
        for place, units in parts.items()
        if units
    ]


def _through_collections(
    uow: UnitOfWork, loan: Loan, *, kind: str, legs: Sequence[Leg], receipt: str = ""
) -> list[NewEntry]:
    """Make entries that balance by the collections; who gives comes before who gets."""
    collections = AccountId(loan.collections_account)
    ordered = sorted(legs, key=lambda leg: -leg.units)
    made = []
    for start in range(0, len(ordered), LEGS_PER_ENTRY):
        some = ordered[start : start + LEGS_PER_ENTRY]
        rest = Leg(collections, -sum(leg.units for leg in some))
        made.append(
            books.new_entry(uow, loan, kind=kind, legs=[rest, *some], receipt=receipt)
        )
    return made
