"""Entries by hand: one operator proposes exactly them, a second one has them posted.

Only what no product counts for itself can be corrected so. An entry of a loan, a
pledge, a deposit or a payout is undone where it was done: its own records would not
follow a correction made here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, assert_never

from finance import approvals
from finance.approvals import Approval
from finance.bookkeeping.errors import (
    AccountNotAdjustable,
    EntryOfProduct,
    NotACorrection,
)
from ledger import accounts, browsing, entries, exchange, periods
from ledger.browsing import BookedEntry
from ledger.database import UnitOfWork
from ledger.entries import EntryUnbalanced, Leg, NewEntry, NotReversible
from ledger.ids import AccountId, EntryId, PartyId, new_id

ADJUSTMENT: Final = "adjustment"
REVERSIBLE: Final = frozenset(
    {ADJUSTMENT, exchange.EXCHANGE, exchange.REVALUATION, periods.CLOSING}
)
ADJUSTABLE: Final = frozenset(
    {
        "bank",
        "transit",
        "wallet",
        "fees",
        "tax",
        "rounding",
        "earnings",
        "exchange",
        "exchange_result",
        "exchange_funds",
    }
)


class Correction(StrEnum):
    """What two operators can do to the books by hand."""

    REVERSAL = "ledger.reversal"
    ADJUSTMENT = "ledger.adjustment"


@dataclass(frozen=True)
class NewAdjustment:
    """Legs to be posted by hand, and why."""

    legs: Sequence[Leg]
    effective_on: date
    reason: str


async def propose_reversal(
    uow: UnitOfWork,
    *,
    entry_id: EntryId,
    effective_on: date,
    operator_id: PartyId,
    reason: str,
) -> Approval:
    """Ask a second operator to undo an entry by its mirror.

    Raises:
        NotReversible: It is a reversal or was reversed.
        EntryOfProduct: A product's own records would not follow.
    """
    booked = await browsing.get_entry(uow, entry_id)
    _require_reversible(booked)
    return await _propose(
        uow,
        Correction.REVERSAL,
        concerns=entry_id,
        by=operator_id,
        request={
            "entry": new_id("entry", uow.now()),
            "reverses": entry_id,
            "effective_on": effective_on.isoformat(),
            "reason": reason,
        },
    )


def _require_reversible(booked: BookedEntry) -> None:
    row = booked.entry
    if booked.reversed_by is not None or row.reverses is not None:
        raise NotReversible(entry=row.id)
    if row.kind not in REVERSIBLE:
        raise EntryOfProduct(entry=row.id)


async def propose_adjustment(
    uow: UnitOfWork, *, adjustment: NewAdjustment, operator_id: PartyId
) -> Approval:
    """Ask a second operator to post an entry that no product makes.

    Raises:
        AccountNotAdjustable: A leg touches what a product keeps count of.
        OwnCase: A leg touches the operator's own wallet.
        EntryUnbalanced: Nobody could agree to it.
    """
    entry = new_id("entry", uow.now())
    await _require_adjustable(uow, adjustment.legs, by=operator_id, entry=entry)
    return await _propose(
        uow,
        Correction.ADJUSTMENT,
        concerns=entry,
        by=operator_id,
        request={
            "entry": entry,
            "legs": [
                {"account": leg.account, "units": str(leg.units)}
                for leg in adjustment.legs
            ],
            "effective_on": adjustment.effective_on.isoformat(),
            "reason": adjustment.reason,
        },
    )


async def _require_adjustable(
    uow: UnitOfWork, legs: Sequence[Leg], *, by: PartyId, entry: str
) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for leg in legs:
        account = await accounts.get(uow, leg.account)
        if account.kind not in ADJUSTABLE:
            raise AccountNotAdjustable(account=leg.account)
        approvals.require_stranger(by, asks=account.path.removeprefix("wallet/"))
        sums[account.book, account.asset] += leg.units
    for (_, asset), units in sums.items():
        if units:
            raise EntryUnbalanced(entry=entry, units=units, asset=asset)


async def _propose(
    uow: UnitOfWork,
    kind: Correction,
    *,
    concerns: str,
    by: PartyId,
    request: Mapping[str, Any],
) -> Approval:
    return await approvals.propose(
        uow,
        kind=kind.value,
        concerns=concerns,
        request={"kind": kind.value, **request},
        by=by,
        note=request["reason"],
    )


async def approve_correction(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> BookedEntry:
    """Agree, as a second person, and post exactly what was proposed.

    Raises:
        SamePerson, ApprovalDecided, ApprovalExpired: It is not theirs to approve now.
        Refusal: As ``entries.post``; then nothing was approved either.
    """
    proposed = await _get(uow, approval_id)
    request = proposed.request
    await approvals.approve(
        uow, approval_id=approval_id, request=request, by=operator_id
    )
    match Correction(proposed.kind):
        case Correction.REVERSAL:
            await _reverse(uow, request)
        case Correction.ADJUSTMENT:
            await _adjust(uow, request, proposed, by=operator_id)
        case unknown:
            assert_never(unknown)
    return await browsing.get_entry(uow, EntryId(request["entry"]))


async def _reverse(uow: UnitOfWork, request: Mapping[str, Any]) -> None:
    original = EntryId(request["reverses"])
    _require_reversible(await browsing.get_entry(uow, original))
    await entries.reverse(
        uow,
        original,
        reversal=EntryId(request["entry"]),
        effective_on=date.fromisoformat(request["effective_on"]),
        memo=request["reason"],
    )


async def _adjust(
    uow: UnitOfWork, request: Mapping[str, Any], approval: Approval, *, by: PartyId
) -> None:
    legs = tuple(
        Leg(AccountId(leg["account"]), int(leg["units"])) for leg in request["legs"]
    )
    await _require_adjustable(uow, legs, by=by, entry=request["entry"])
    adjustment = NewEntry(
        EntryId(request["entry"]),
        ADJUSTMENT,
        legs,
        date.fromisoformat(request["effective_on"]),
        memo=request["reason"],
        metadata={"approval": approval.id},
    )
    await entries.post(uow, [adjustment])


async def decline_correction(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Approval:
    """Disagree; nothing is posted."""
    await _get(uow, approval_id)
    return await approvals.decline(uow, approval_id=approval_id, by=operator_id)


async def _get(uow: UnitOfWork, approval_id: str) -> Approval:
    approval = await approvals.get_approval(uow, approval_id)
    if approval.kind not in set(Correction):
        raise NotACorrection(thing="approval")
    return approval
