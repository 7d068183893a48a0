"""The loans of the platform as those look through them who collect or supervise."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from contracts.loan import LoanState
from finance import rulepacks
from finance.lending import repository, rules
from finance.lending.dayend.model import LoanStanding
from finance.lending.history import History
from finance.lending.model import Loan, LoanStatus
from finance.lending.rules import Grade
from ledger.database import UnitOfWork
from ledger.paging import Page, fetch_page


class Lot(StrEnum):
    """Which loans are asked for."""

    LATE = "late"
    RUNNING = "running"
    WAITING = "waiting"
    ENDED = "ended"


AT_ONCE: Final = 25
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
    uow: UnitOfWork, *, lot: Lot, after: str | None = None
) -> Page[Listed]:
    """Return some loans of a lot: the longest late first, of other lots the newest.

    Who is late was found by the last day counted; how they stand is of this moment.
    """
    if lot is Lot.LATE:
        page = await _fetch_late(uow, after)
    else:
        page = await fetch_page(
            uow.session, _of(lot), by=Loan.id, after=after, limit=AT_ONCE
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


def _of(lot: Lot) -> Select[Loan]:
    return select(Loan).where(Loan.status.in_(_STATES[lot]))


def _is_late() -> ColumnElement[bool]:
    return and_(Loan.status == LoanStatus.ACTIVE.value, LoanStanding.days_past_due > 0)


async def _fetch_late(uow: UnitOfWork, after: str | None) -> Page[Loan]:
    """Fetch late loans behind one of them, in the order of their lateness, then ids."""
    days = LoanStanding.days_past_due
    query = select(Loan).join(LoanStanding).where(_is_late())
    if after is not None:
        last = await uow.session.scalar(select(days).where(LoanStanding.loan == after))
        query = query.where(or_(days < last, and_(days == last, Loan.id < after)))
    rows = await uow.session.scalars(
        query.order_by(days.desc(), Loan.id.desc()).limit(AT_ONCE + 1)
    )
    found = list(rows)
    more = len(found) > AT_ONCE
    return Page(found[:AT_ONCE], found[AT_ONCE - 1].id if more else None)


def _listed(history: History) -> Listed:
    today = history.uow.today()
    state = history.state(today)
    grade = None
    if history.loan.is_signed:
        grade = rules.grade(rulepacks.home(), history.terms, state)
    return Listed(history.loan, state, grade)
