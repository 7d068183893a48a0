"""The loans of the platform as those look through them who collect or supervise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    and_,
    func,
    or_,
    select,
    type_coerce,
)

from contracts.loan import LoanState
from finance import rulepacks
from finance.lending import repository, rules
from finance.lending.dayend.model import LoanStanding
from finance.lending.history import History
from finance.lending.model import Loan, LoanStatus
from finance.lending.rules import Grade
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.paging import Page, fetch_page


class Lot(StrEnum):
    """Which loans are asked for."""

    LATE = "late"
    RUNNING = "running"
    WAITING = "waiting"
    ENDED = "ended"


AT_ONCE: Final = 25
_APART: Final = "."
_STATES: Final[Mapping[Lot, tuple[LoanStatus, ...]]] = {
    Lot.LATE: (LoanStatus.ACTIVE,),
    Lot.RUNNING: (LoanStatus.ACTIVE,),
    Lot.WAITING: (LoanStatus.AWAITING_SIGNATURE,),
    Lot.ENDED: (LoanStatus.PAID_OFF, LoanStatus.WRITTEN_OFF, LoanStatus.LAPSED),
}


@dataclass(frozen=True)
class Listed:
    """A loan as it stands today; ``grade`` is None before its money went out."""

    loan: Loan
    state: LoanState
    grade: Grade | None


async def list_lot(
    uow: UnitOfWork, *, lot: Lot, after: str | None = None, limit: int = AT_ONCE
) -> Page[Listed]:
    """Return some loans of a lot: the longest late first, of other lots the newest.

    Who is late was found by the last day counted; how they stand is of this moment.
    ``after`` is what a page before ended with.
    """
    if lot is Lot.LATE:
        page = await _fetch_late(uow, after, limit)
    else:
        query = select(Loan).where(Loan.status.in_(_STATES[lot]))
        page = await fetch_page(
            uow.session, query, by=Loan.id, after=after, limit=limit
        )
    events = await repository.list_events_of(uow, {one.id for one in page.items})
    listed = [_listed(History.read(uow, loan, events[loan.id])) for loan in page.items]
    return Page(listed, page.next_after)


async def count_lots(uow: UnitOfWork) -> dict[Lot, int]:
    """Return how many loans each lot has."""
    count = func.count()
    rows = await uow.session.execute(
        select(
            *(
                count.filter(Loan.status.in_(states)).label(lot.value)
                for lot, states in _STATES.items()
                if lot is not Lot.LATE
            ),
            count.filter(_is_late()).label(Lot.LATE.value),
        )
        .select_from(Loan)
        .outerjoin(LoanStanding, LoanStanding.loan == Loan.id)
    )
    return {Lot(name): number for name, number in rows.mappings().one().items()}


def _is_late() -> ColumnElement[bool]:
    return and_(Loan.status == LoanStatus.ACTIVE.value, LoanStanding.days_past_due > 0)


async def _fetch_late(uow: UnitOfWork, after: str | None, limit: int) -> Page[Loan]:
    """Fetch late loans by the day they fell behind, which no day counted later moves."""
    since: ColumnElement[date] = type_coerce(
        LoanStanding.counted_to - LoanStanding.days_past_due.cast(Integer), Date
    )
    query = select(Loan, since).join(LoanStanding).where(_is_late())
    if after is not None:
        day, last = _read_place(after)
        query = query.where(or_(since > day, and_(since == day, Loan.id < last)))
    rows = await uow.session.execute(
        query.order_by(since, Loan.id.desc()).limit(limit + 1)
    )
    found = rows.all()
    shown = [row.Loan for row in found[:limit]]
    if len(found) <= limit:
        return Page(shown, None)
    return Page(shown, f"{found[limit - 1][1]}{_APART}{shown[-1].id}")


def _read_place(after: str) -> tuple[date, str]:
    """Read behind which loan a page goes on, and since when that one was late."""
    day, _, last = after.rpartition(_APART)
    try:
        return date.fromisoformat(day), last
    except ValueError:
        raise NotFound(thing="loan") from None


def _listed(history: History) -> Listed:
    today = history.uow.today()
    state = history.state(today)
    grade = None
    if history.loan.is_signed:
        grade = rules.grade(rulepacks.home(), history.terms, state)
    return Listed(history.loan, state, grade)
