"""Which business date is counted next, and whether the clock can be believed.

Dates are counted one after the other, also those nobody counted in time. A clock that
is more than a day ahead of the last date, or behind it, may be wrong, and what is booked
by a wrong date cannot be unbooked: so it stops all that goes by dates until an operator
has looked. After a pause of more than a day that is so too.
"""

from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from finance.lending.dayend.errors import ClockNotStopped
from finance.lending.dayend.events import ClockStopped, ClockTrusted, DayCounted
from finance.lending.dayend.model import ClockStop, DayEnd, LoanStanding, Notice
from finance.lending.model import Loan, LoanStatus
from ledger.database import UnitOfWork
from ledger.ids import new_id, read_id
from ledger.paging import DEFAULT_PAGE, Page, fetch_page

DAYS_SHOWN: Final = 60
_A_DAY: Final = timedelta(days=1)

_ADD_STANDINGS = text("""
INSERT INTO loan_standing (loan, counted_to, days_past_due, overdue_minor,
                           accrued_minor, band, class, provision_bps, stage)
SELECT l.id, l.disbursed_on, 0, 0, 0, '', '', 0, 1
  FROM loan l
 WHERE l.status = 'active' AND l.id = coalesce(CAST(:loan AS uuid), l.id)
   AND NOT EXISTS (SELECT 1 FROM loan_standing s WHERE s.loan = l.id)
 ORDER BY l.id
    ON CONFLICT DO NOTHING
""")


async def open_day(uow: UnitOfWork) -> date | None:
    """Return the business date to count now; None when there is none.

    A date that was begun comes first, then the one after it, up to today. Who finds the
    clock away from where it should be stops it and gets None.
    """
    last = await _last(uow)
    today = uow.today()
    begun = last is not None and last.finished_at is None
    if last is not None and begun and last.business_date <= today:
        return last.business_date
    if await watch_clock(uow) is not None:
        return None
    if last is not None and last.business_date >= today:
        return None
    day = today if last is None else last.business_date + _A_DAY
    await uow.session.execute(
        insert(DayEnd)
        .values(business_date=day, started_at=uow.now())
        .on_conflict_do_nothing()
    )
    await add_standings(uow)
    return day


async def add_standings(uow: UnitOfWork, *, loan_id: str | None = None) -> None:
    """Begin to count the loans that went out since the last day, or one of them."""
    key = None if loan_id is None else read_id("loan", loan_id)
    await uow.session.execute(_ADD_STANDINGS, {"loan": key})


async def finish_day(uow: UnitOfWork, *, day: date) -> bool:
    """Close a business date once every loan was counted; say whether it is closed."""
    row = await uow.session.get_one(DayEnd, day, with_for_update=True)
    if row.finished_at is not None:
        return True
    if await count_waiting(uow, day=day):
        return False
    row.loans = await uow.session.scalar(
        select(func.count())
        .select_from(LoanStanding)
        .where(LoanStanding.counted_to == day)
    )
    row.finished_at = uow.now()
    uow.record(DayCounted(day, row.loans or 0))
    return True


async def count_waiting(uow: UnitOfWork, *, day: date) -> int:
    """Return how many loans were not counted for a day."""
    waiting = await uow.session.scalar(
        select(func.count())
        .select_from(Loan)
        .join(LoanStanding, LoanStanding.loan == Loan.id)
        .where(Loan.status == LoanStatus.ACTIVE.value, LoanStanding.counted_to < day)
    )
    return waiting or 0


async def watch_clock(uow: UnitOfWork) -> ClockStop | None:
    """Return the stop that stands; a clock that jumped is stopped now, and told of."""
    standing = await find_stop(uow)
    if standing is not None:
        return standing
    last, today = await _last(uow), uow.today()
    if last is None or await _follows(uow, last.business_date):
        return None
    made: ClockStop | None = await uow.session.scalar(
        insert(ClockStop)
        .values(
            id=new_id("stop", uow.now()),
            last_on=last.business_date,
            seen_on=today,
            stopped_at=uow.now(),
        )
        .on_conflict_do_nothing()
        .returning(ClockStop)
    )
    if made is None:  # another worker was first
        return await find_stop(uow)
    uow.record(ClockStopped(made.id, made.last_on, made.seen_on))
    return made


async def is_believed(uow: UnitOfWork) -> bool:
    """Say whether the clock is where it should be and nobody has stopped it."""
    last = await _last(uow)
    if last is None:
        return True
    return await find_stop(uow) is None and await _follows(uow, last.business_date)


async def _follows(uow: UnitOfWork, last_on: date) -> bool:
    """Say whether today may follow the last date, or an operator said it does."""
    trusted = await uow.session.scalar(
        select(ClockStop.trusted_on)
        .where(
            ClockStop.trusted_on.is_not(None),
            (ClockStop.last_on == last_on) | (ClockStop.trusted_on >= last_on),
        )
        .order_by(ClockStop.id.desc())
        .limit(1)
    )
    days = [last_on, trusted or last_on]
    return min(days) <= uow.today() <= max(days) + _A_DAY


async def find_stop(uow: UnitOfWork) -> ClockStop | None:
    """Return the alarm that no operator has answered."""
    return await uow.session.scalar(
        select(ClockStop).where(ClockStop.resumed_by.is_(None))
    )


async def trust_clock(uow: UnitOfWork) -> ClockStop:
    """Say, as an operator, that today is today: missed days are counted in order.

    Raises:
        ClockNotStopped: Nothing is stopped.
    """
    stop = await find_stop(uow)
    if stop is None:
        raise ClockNotStopped
    stop.trusted_on = uow.today()
    stop.resumed_by = uow.actor.id
    uow.record(ClockTrusted(stop.id, stop.trusted_on))
    return stop


async def list_days(uow: UnitOfWork) -> list[DayEnd]:
    """Return the last business dates, newest first."""
    rows = await uow.session.scalars(
        select(DayEnd).order_by(DayEnd.business_date.desc()).limit(DAYS_SHOWN)
    )
    return list(rows)


async def list_notices(
    uow: UnitOfWork,
    *,
    party_id: str | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Notice]:
    """Return notices to borrowers, newest first: all, or one party's."""
    query = select(Notice)
    if party_id is not None:
        query = query.where(Notice.party == party_id)
    return await fetch_page(uow.session, query, by=Notice.id, after=after, limit=limit)


async def _last(uow: UnitOfWork) -> DayEnd | None:
    return await uow.session.scalar(
        select(DayEnd).order_by(DayEnd.business_date.desc()).limit(1)
    )
