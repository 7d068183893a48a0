"""The business dates that were counted, the clock they go by, and notices to borrowers."""

from datetime import date, datetime

from api.http.callers import Known, Operator, Staff
from api.http.depends import Db
from api.http.router import make_router
from api.wire import Cut, MoneyOut, Out, PageOut, PartyRef
from finance.lending import dayend

router = make_router("day-ends")


class DayEndOut(Out):
    """A business date: when its count began and ended, and how many loans it counted."""

    business_date: date
    started_at: datetime
    finished_at: datetime | None
    loans: int | None


class ClockStopOut(Out):
    """A clock that jumped: what goes by dates waits until somebody trusts it again."""

    id: str
    last_on: date
    seen_on: date
    stopped_at: datetime
    trusted_on: date | None
    resumed_by: str | None


class NoticeOut(Out):
    """Something a borrower is to be told of a loan."""

    id: str
    loan: str
    party: str
    kind: dayend.NoticeKind
    concerns_on: date
    amount: MoneyOut
    queued_on: date


@router.get("/day-ends")
async def list_day_ends(db: Db, _: Staff) -> PageOut[DayEndOut]:
    """List the last business dates, newest first."""
    days = await db.read(dayend.list_days)
    return PageOut[DayEndOut].whole(days, DayEndOut.model_validate)


@router.get("/clock-stops")
async def list_clock_stops(db: Db, _: Staff) -> PageOut[ClockStopOut]:
    """Show the alarm of a clock that jumped, while no operator has answered it."""
    stop = await db.read(dayend.find_stop)
    return PageOut[ClockStopOut].whole(
        [stop] if stop else [], ClockStopOut.model_validate
    )


@router.post("/day-ends/resume")
async def trust_clock(db: Db, _: Operator) -> ClockStopOut:
    """Say that today is today; missed days are then counted, one after the other."""
    return ClockStopOut.model_validate(await db.transact(dayend.trust_clock))


@router.get("/notices")
async def list_notices(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[NoticeOut]:
    """List what one is to be told of one's loans; staff see everybody's."""
    page = await db.read(
        dayend.list_notices,
        party_id=caller.within(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[NoticeOut].of(page, NoticeOut.model_validate)
