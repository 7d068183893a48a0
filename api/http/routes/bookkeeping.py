"""What operators do to the books: periods, the year's end, freezes, entries by hand."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from api.http.callers import Operator, Staff
from api.http.commands import Keyed
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import ApprovalOut
from api.http.routes.ledger import AccountOut, BookedOut
from api.wire import (
    BY_NAME,
    AccountRef,
    ApprovalRef,
    BusinessDate,
    EntryRef,
    In,
    Out,
    PageOut,
    Words,
)
from finance import bookkeeping
from finance.bookkeeping import NewAdjustment
from ledger import periods
from ledger.accounts import Book, Freeze
from ledger.entries import Leg, Posted
from ledger.periods import PeriodState

router = make_router("ledger")

MAX_LEGS = 100
Whole = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1)]
BookIn = Annotated[Book, BY_NAME]


class PeriodOut(Out):
    """A span of days of a book, and what it still takes."""

    book: Book
    starts_on: date
    ends_on: date
    state: PeriodState
    changed_at: datetime


class PeriodIn(In):
    """A period to be added behind all others of its book."""

    book: BookIn
    starts_on: BusinessDate
    ends_on: BusinessDate


class YearIn(In):
    """The last day of a year whose result is to be carried forward."""

    ends_on: BusinessDate


class YearOut(Out):
    """The closing entry; null when there was nothing to carry."""

    ends_on: date
    entry: str | None


class FreezeIn(In):
    """Which movements are to stop, and why; ``none`` lets all go on."""

    extent: Annotated[Freeze, BY_NAME]
    reason: Words


class ReversalIn(In):
    """When an entry is to be undone, and why."""

    effective_on: BusinessDate
    reason: Words


class LegIn(In):
    """One side of an entry, in units: a debit is positive."""

    account: AccountRef
    units: Whole


class AdjustmentIn(In):
    """An entry to be posted by hand, and why."""

    legs: Annotated[list[LegIn], Field(min_length=2, max_length=MAX_LEGS)]
    effective_on: BusinessDate
    reason: Words

    def to_adjustment(self) -> NewAdjustment:
        """Return the adjustment as finance reads it."""
        legs = [Leg(leg.account, leg.units) for leg in self.legs]
        return NewAdjustment(legs, self.effective_on, self.reason)


@router.get("/ledger/periods")
async def list_periods(
    db: Db, book: Annotated[Book, Query()], _: Staff
) -> PageOut[PeriodOut]:
    """List a book's periods in their order."""
    found = await db.read(periods.list_periods, book.value)
    return PageOut[PeriodOut].whole(found, PeriodOut.model_validate)


@router.post("/ledger/periods", status_code=201)
async def open_period(body: PeriodIn, db: Db, _: Operator) -> PeriodOut:
    """Add a period behind all others of its book."""
    row = await db.transact(bookkeeping.open_period, **body.model_dump())
    return PeriodOut.model_validate(row)


@router.post("/ledger/periods/{book}/{starts_on}/adjust")
async def begin_adjusting(
    book: Book, starts_on: BusinessDate, db: Db, _: Operator
) -> PeriodOut:
    """Let a period that is over take nothing but adjustments from now on."""
    row = await db.transact(bookkeeping.begin_adjusting, book=book, starts_on=starts_on)
    return PeriodOut.model_validate(row)


@router.post("/ledger/periods/{book}/{starts_on}/close")
async def close_period(
    book: Book, starts_on: BusinessDate, db: Db, _: Operator
) -> PeriodOut:
    """Close a period that is over, for good."""
    row = await db.transact(bookkeeping.close_period, book=book, starts_on=starts_on)
    return PeriodOut.model_validate(row)


@router.post("/ledger/year-ends", status_code=201, response_model=YearOut)
async def close_year(body: YearIn, commands: Keyed, _: Operator) -> Response:
    """Carry what the platform earned in a year to its earnings."""

    def shown(posted: Posted | None) -> YearOut:
        return YearOut(ends_on=body.ends_on, entry=posted.id if posted else None)

    return await commands.run(shown, bookkeeping.close_year, ends_on=body.ends_on)


@router.post("/ledger/accounts/{account_id}/freeze")
async def freeze_account(
    account_id: AccountRef, body: FreezeIn, db: Db, _: Operator
) -> AccountOut:
    """Stop an account's outflow, or every movement, or let them go on."""
    row = await db.transact(
        bookkeeping.freeze_account,
        account_id=account_id,
        extent=body.extent,
        reason=body.reason,
    )
    return AccountOut.model_validate(row)


@router.post("/ledger/entries/{entry_id}/reverse", status_code=201)
async def propose_reversal(
    entry_id: EntryRef, body: ReversalIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Ask a second operator to undo an entry that no product stands on."""
    approval = await db.transact(
        bookkeeping.propose_reversal,
        entry_id=entry_id,
        effective_on=body.effective_on,
        operator_id=operator.party,
        reason=body.reason,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/ledger/adjustments", status_code=201)
async def propose_adjustment(
    body: AdjustmentIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Ask a second operator to post an entry by hand."""
    approval = await db.transact(
        bookkeeping.propose_adjustment,
        adjustment=body.to_adjustment(),
        operator_id=operator.party,
    )
    return ApprovalOut.model_validate(approval)


@router.post(
    "/ledger/corrections/{approval_id}/approve",
    status_code=201,
    response_model=BookedOut,
)
async def approve_correction(
    approval_id: ApprovalRef, operator: Operator, commands: Keyed
) -> Response:
    """Agree, as a second person, and post exactly what was proposed."""
    return await commands.run(
        BookedOut.model_validate,
        bookkeeping.approve_correction,
        approval_id=approval_id,
        operator_id=operator.party,
    )


@router.post("/ledger/corrections/{approval_id}/decline")
async def decline_correction(
    approval_id: ApprovalRef, db: Db, operator: Operator
) -> ApprovalOut:
    """Disagree, as a second person; nothing is posted."""
    approval = await db.transact(
        bookkeeping.decline_correction,
        approval_id=approval_id,
        operator_id=operator.party,
    )
    return ApprovalOut.model_validate(approval)
