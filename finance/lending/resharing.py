"""Share receipts anew when it turns out that they paid something else.

What the notes got of the receipts concerned is put back in thought, what is claimed
more or less is shared, and each receipt is shared again, in the order of replay. What
comes out less what was given is the correction; the sums are those of the replay, and
every note stays within a unit of its part of each receipt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts import sharing
from contracts.loan import Allocation
from contracts.sharing import NoteHolding, NoteShare
from finance.lending import books
from finance.lending.model import Claim, Holding, Units
from ledger.money import Money

Given = Mapping[str, NoteShare]
"""What each note got of a receipt so far, by note; a note not there got nothing."""

Rates = Callable[[Holding, date], int]
"""The tax withheld from a lender's interest on a day, in basis points."""


@dataclass(frozen=True)
class Reshared:
    """One receipt shared again: differences by note, and the whole as it now is."""

    receipt_id: str
    differences: tuple[NoteShare, ...]
    rounding: Money


@dataclass(frozen=True)
class Wanted:
    """A receipt as replay now sees it, and the fee that was agreed for its day."""

    allocation: Allocation
    servicing_fee_bps: int
    given: Given


def reshare(
    notes: Sequence[Holding],
    wanted: Sequence[Wanted],
    *,
    fresh: Mapping[Claim, Money],
    rates: Rates,
) -> tuple[list[Reshared], list[Units]]:
    """Return the receipts shared again, and how what each note is owed changes.

    ``notes`` are as they stand in the books; of a loan written off, as if they were
    still owed what they lost.
    """
    pool = [_put_back(note, wanted) for note in notes]
    for claim, amount in fresh.items():
        if amount:
            parts = books.share_claim(pool, claim, amount)
            pool = [
                note.plus(books.in_claim(claim, part))
                for note, part in zip(pool, parts, strict=True)
            ]
    found = []
    for one in wanted:
        shared = _share(pool, one, rates)
        pool = [
            note.plus(paid(share))
            for note, share in zip(pool, shared.shares, strict=True)
        ]
        differences = (_difference(share, one.given) for share in shared.shares)
        found.append(
            Reshared(
                one.allocation.receipt_id,
                tuple(share for share in differences if any(share[2:])),
                shared.rounding,
            )
        )
    changes = [_less(after, before) for after, before in zip(pool, notes, strict=True)]
    return found, changes


def _put_back(note: Holding, wanted: Sequence[Wanted]) -> Holding:
    for one in wanted:
        share = one.given.get(note.id)
        if share is not None:
            principal, interest, fees = paid(share)
            note = note.plus((-principal, -interest, -fees))
    return note


def _share(pool: Sequence[Holding], one: Wanted, rates: Rates) -> sharing.Distribution:
    on = one.allocation.on
    holdings = [holding_of(note, rates(note, on)) for note in pool]
    return sharing.distribute(
        one.allocation, holdings, servicing_fee_bps=one.servicing_fee_bps
    )


def holding_of(note: Holding, withholding_bps: int) -> NoteHolding:
    """Return a note as the sharing of a receipt sees it."""
    return NoteHolding(
        note.id,
        note.owed_principal,
        withholding_bps,
        note.owed_interest,
        note.owed_fees,
    )


def paid(share: NoteShare) -> Units:
    """Return how much less a note is owed once it got a share."""
    return -share.principal_minor, -share.interest_minor, -share.late_fee_minor


def _difference(share: NoteShare, given: Given) -> NoteShare:
    before = given.get(share.note_id)
    return share if before is None else share.less(before)


def _less(after: Holding, before: Holding) -> Units:
    return (
        after.owed_principal - before.owed_principal,
        after.owed_interest - before.owed_interest,
        after.owed_fees - before.owed_fees,
    )
