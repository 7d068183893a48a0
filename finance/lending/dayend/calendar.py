"""Which business date is counted next, and whether the clock can be believed.

Every loan is counted date by date, also for those nobody counted in time. A clock that
is more than a day ahead of the last date, or behind it, may be wrong, and what is booked
by a wrong date cannot be unbooked: so it stops all that goes by dates until an operator
has looked. After a pause of more than a day that is so too.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from finance.lending.dayend.errors import ClockNotStopped
from finance.lending.dayend.events import ClockStopped, ClockTrusted, DayCounted
from finance.lending.dayend.model import ClockStop, DayEnd, LoanStanding, Notice
from finance.lending.model import Loan, LoanStatus
from ledger.database import UnitOfWork
from ledger.errors import existing
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


@dataclass(frozen=True, slots=True)
class Due:
    """The business dates to be counted now: from the first to a day, all of them."""

    first: date
    day: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.day - self.first).days + 1


async def open_days(uow: UnitOfWork) -> Due | None:
    """Return the business dates to count now, up to today; None when there are none.

    Dates that were begun come first. Who finds the clock away from where it should be
    stops it and gets None.
    """
    last, today = await _last(uow), uow.today()
    if last is not None and not last.finished_at and last.business_date <= today:
        return Due(await _first_open(uow), last.business_date)
    if await watch_clock(uow) is not None:
        return None
    first = today if last is None else last.business_date + _A_DAY
    if first > today:
        return None
    due = Due(first, today)
    await uow.session.execute(
        insert(DayEnd)
        .values(
            [
                {"business_date": first + number * _A_DAY, "started_at": uow.now()}
                for number in range(due.days)
            ]
        )
        .on_conflict_do_nothing()
    )
    await add_standings(uow)
    return due


async def _first_open(uow: UnitOfWork) -> date:
    first = await uow.session.scalar(
        select(func.min(DayEnd.business_date)).where(DayEnd.finished_at.is_(None))
    )
    return existing(first, "a date that was begun and not finished is there")


async def add_standings(uow: UnitOfWork, *, loan_id: str | None = None) -> None:
    """Begin to count the loans that went out since the last day, or one of them."""
    key = None if loan_id is None else read_id("loan", loan_id)
    await uow.session.execute(_ADD_STANDINGS, {"loan": key})


async def finish_days(uow: UnitOfWork, *, day: date) -> bool:
    """Close the dates up to a day once every loan was counted; say whether they are."""
    rows = await uow.session.scalars(
        select(DayEnd)
        .where(DayEnd.business_date <= day, DayEnd.finished_at.is_(None))
        .order_by(DayEnd.business_date)
        .with_for_update()
    )
    begun = rows.all()
    if begun and await count_waiting(uow, day=day):
        return False
    for row in begun:
        row.loans = await _count_counted(uow, row.business_date)
        row.finished_at = uow.now()
        uow.record(DayCounted(row.business_date, row.loans))
    return True


async def _count_counted(uow: UnitOfWork, day: date) -> int:
    """Return how many loans a date was counted for; the day of payout counts nothing."""
    counted = await uow.session.scalar(
        select(func.count())
        .select_from(Loan)
        .join(LoanStanding, LoanStanding.loan == Loan.id)
        .where(LoanStanding.counted_to >= day, Loan.disbursed_on < day)
    )
    return counted or 0


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
