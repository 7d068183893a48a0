"""Count a business date for loans: late fees, what fell due, grades, notices.

A day begins with what the days before left: fees for instalments whose grace ended,
interest that falls due today, how late the loan is. Receipts of the day come after.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, select, text
from sqlalchemy.orm import defer

from contracts import loan as loans
from contracts.carrying import Carried
from contracts.loan import LateFee
from contracts.standing import Standing
from finance import rulepacks
from finance.lending import books, repository
from finance.lending import rules as lending_rules
from finance.lending.correcting import settle
from finance.lending.dayend import calendar, keeping, rules
from finance.lending.dayend.events import LoanGraded
from finance.lending.dayend.keeping import Opened
from finance.lending.dayend.model import Grading, LoanStanding, Notice
from finance.lending.dayend.rules import Verdict
from finance.lending.events import InterestAccrued, LateFeeCharged
from finance.lending.history import History
from finance.lending.model import Claim, Loan, LoanStatus
from ledger import entries
from ledger.database import UnitOfWork
from ledger.errors import ensure
from ledger.ids import new_id, read_id
from ledger.money import Money

_MOVE: Final = text("""
UPDATE loan_standing s
   SET counted_to = t.day, days_past_due = t.late, overdue_minor = t.overdue,
       accrued_minor = t.accrued, band = t.band, class = t.class,
       provision_bps = t.provision, stage = t.stage
  FROM unnest(CAST(:loans AS uuid[]), CAST(:days AS date[]),
              CAST(:before AS date[]), CAST(:late AS bigint[]),
              CAST(:overdue AS bigint[]), CAST(:accrued AS bigint[]),
              CAST(:bands AS text[]), CAST(:classes AS text[]),
              CAST(:provisions AS bigint[]), CAST(:stages AS bigint[]))
    AS t (loan, day, before, late, overdue, accrued, band, class, provision, stage)
 WHERE s.loan = t.loan AND s.counted_to = t.before
""")


class _Grade(NamedTuple):
    """How a loan is graded; a loan that was never counted has no band."""

    band: str
    loan_class: str
    provision_bps: int
    stage: int


@dataclass(slots=True)
class _Waiting:
    """A locked loan: to which day it was counted, and how it was graded then.

    ``book`` is there once it was opened, while it runs on without anything new.
    """

    loan: Loan
    counted_to: date
    grade: _Grade
    book: Carried | None = None


@dataclass(frozen=True, slots=True)
class _Counted:
    """A loan on the day that is counted, and what was found."""

    loan: Loan
    standing: Standing
    was: _Grade
    now: _Grade
    fees: Sequence[LateFee]
    claimed: Mapping[Claim, Money]

    def fresh(self) -> dict[Claim, Money]:
        """Return what fell due by the day and was not booked.

        What was booked ahead of a day counted late, with a receipt, is not taken back.
        """
        booked = {claim: self.loan.booked(claim) for claim in self.claimed}
        return {
            claim: self.claimed[claim] - booked[claim]
            for claim in self.claimed
            if self.claimed[claim] > booked[claim]
        }


async def list_waiting(
    uow: UnitOfWork, *, day: date, after: str | None, limit: int
) -> Sequence[str]:
    """Return the ids of some loans that were not counted for a day, in order."""
    query = (
        select(Loan.id)
        .join(LoanStanding, LoanStanding.loan == Loan.id)
        .where(Loan.status == LoanStatus.ACTIVE.value, LoanStanding.counted_to < day)
    )
    if after is not None:
        query = query.where(Loan.id > after)
    rows = await uow.session.scalars(query.order_by(Loan.id).limit(limit))
    return rows.all()


async def count_loans(uow: UnitOfWork, *, loan_ids: Collection[str], day: date) -> int:
    """Count every day up to one for those of some loans that nobody else works on.

    The lock is on the row that says up to which day a loan was counted, so that a day
    another worker has just counted is seen, and not counted again.
    """
    rows = await uow.session.execute(
        select(
            Loan,
            LoanStanding.counted_to,
            LoanStanding.band,
            LoanStanding.loan_class,
            LoanStanding.provision_bps,
            LoanStanding.stage,
        )
        .options(defer(Loan.terms))
        .join(LoanStanding, LoanStanding.loan == Loan.id)
        .where(
            Loan.id.in_(loan_ids),
            Loan.status == LoanStatus.ACTIVE.value,
            LoanStanding.counted_to < day,
        )
        .order_by(Loan.id)
        .with_for_update(of=(Loan, LoanStanding), skip_locked=True)
    )
    waiting = [_Waiting(loan, on, _Grade._make(grade)) for loan, on, *grade in rows]
    before = {one.loan.id: one.counted_to for one in waiting}
    found: dict[str, _Counted] = {}
    for number in range(_longest(waiting, day), 0, -1):
        then = day - timedelta(days=number - 1)
        now = [one for one in waiting if one.counted_to < then]
        found |= await _count(uow, now, then)
    await _move(uow, list(found.values()), before)
    return len(waiting)


def _longest(waiting: Sequence[_Waiting], day: date) -> int:
    """Return for how many days the loan was not counted that waited longest."""
    return max(((day - one.counted_to).days for one in waiting), default=0)


async def count_day(uow: UnitOfWork, *, loan_id: str) -> None:
    """Bring one loan to today, before something happens to it; again changes nothing.

    While the clock is not believed nothing is counted by it.
    """
    loan = await repository.get_loan(uow, loan_id, lock=True)
    if loan.status != LoanStatus.ACTIVE or not await calendar.is_believed(uow):
        return
    await calendar.add_standings(uow, loan_id=loan_id)
    await uow.session.get_one(LoanStanding, loan_id, with_for_update=True)
    await count_loans(uow, loan_ids=[loan_id], day=uow.today())


async def _count(
    uow: UnitOfWork, waiting: Sequence[_Waiting], day: date
) -> dict[str, _Counted]:
    """Count one day for locked loans that were counted to the day before."""
    closed = [one.loan for one in waiting if one.book is None]
    opened = await keeping.open_books(uow, closed, day) if closed else {}
    counted = {}
    for one in waiting:
        place = Opened(one.book, is_whole=True) if one.book else opened[one.loan.id]
        counted[one.loan.id] = await _look(uow, one, place, day)
    await _book(uow, list(counted.values()), day)
    for found in counted.values():
        _tell(uow, found)
        _say_grade(uow, found)
    return counted


async def _look(uow: UnitOfWork, one: _Waiting, opened: Opened, day: date) -> _Counted:
    """Find what a day brings a loan, and charge the late fees it brings."""
    fees: list[LateFee] = []
    standing = opened.book.stand(day)
    if standing.may_cost_a_fee:
        await uow.session.refresh(one.loan, ["terms"])
        history = await History.of(uow, one.loan)
        fees = await _charge(uow, history, day)
        opened = await keeping.replay_book(uow, history, day)
        standing = opened.book.stand(day)
    terms = opened.book.book.terms
    grade = _grade_of(rules.judge(rulepacks.home(), terms, standing))
    claimed = rules.claims_of(standing, one.loan.currency)
    if not opened.is_whole:
        claimed = await _still_claimed(uow, one.loan, claimed)
    found = _Counted(one.loan, standing, one.grade, grade, fees, claimed)
    one.counted_to, one.grade = day, grade
    one.book = opened.book if opened.is_whole else None
    return found


async def _still_claimed(
    uow: UnitOfWork, loan: Loan, claimed: Mapping[Claim, Money]
) -> dict[Claim, Money]:
    """Return claims of a past day, without what is known since not to be claimed.

    So it is with interest that a receipt paid early which the bank then took back.
    """
    await uow.session.refresh(loan, ["terms"])
    state = (await History.of(uow, loan)).state(uow.today())
    known = lending_rules.claimed(state)
    return {claim: min(claimed[claim], known[claim]) for claim in claimed}


def _grade_of(verdict: Verdict) -> _Grade:
    grade = verdict.grade
    return _Grade(verdict.band, grade.name, grade.provision_bps, int(grade.stage))


async def _charge(uow: UnitOfWork, history: History, day: date) -> list[LateFee]:
    """Charge the late fees that are due by a day and were not charged.

    They come before what was paid on the day and since, which is then put right.
    """
    is_late = history.last_on >= day
    fees = loans.late_fees_due(history.terms, history.events, day)
    for fee in fees:
        history.append(
            loans.LateFeeCharged(
                on=day,
                ordinal=history.next,
                instalment=fee.instalment,
                amount=fee.amount,
            )
        )
        uow.record(LateFeeCharged(history.loan.id, fee.instalment, fee.amount, day))
    if fees and is_late:
        await settle(uow, history.loan, history=history, since=day)
    return fees


async def _book(uow: UnitOfWork, counted: Sequence[_Counted], day: date) -> None:
    """Book what the loans newly claim, all in one posting, as of the day."""
    due = [(one.loan, fresh) for one in counted if (fresh := one.fresh())]
    if not due:
        return
    notes = await repository.list_holdings_of(uow, [loan.id for loan, _ in due])
    posted: list[entries.NewEntry] = []
    for loan, fresh in due:
        held = notes[loan.id]
        for claim, more in fresh.items():
            made, held = books.accrual_entries(
                uow, loan, notes=held, fresh={claim: more}
            )
            posted += [replace(entry, effective_on=day) for entry in made]
            loan.add_booked(claim, more)
            if claim is Claim.INTEREST:
                accrued = InterestAccrued(loan.id, more, day)
                uow.record(accrued, entries=[entry.id for entry in made])
    await entries.post(uow, posted)


def _tell(uow: UnitOfWork, one: _Counted) -> None:
    """Queue what the borrower is to be told."""
    pack, loan = rulepacks.home(), one.loan
    for told in rules.notices(pack, one.standing, one.fees):
        uow.add(
            Notice(
                id=new_id("ntc", uow.now()),
                loan=loan.id,
                party=loan.borrower,
                kind=told.kind.value,
                concerns_on=told.concerns_on,
                amount=Money(told.minor, loan.currency),
                queued_on=one.standing.on,
            )
        )


def _say_grade(uow: UnitOfWork, one: _Counted) -> None:
    """Put on record that a loan's grade became another; the first one is no change."""
    if one.was == one.now or not one.was.band:
        return
    standing, now = one.standing, one.now
    uow.add(
        Grading(
            loan=one.loan.id,
            graded_on=standing.on,
            days_past_due=standing.days_past_due,
            **now._asdict(),
        )
    )
    uow.record(LoanGraded(one.loan.id, standing.on, standing.days_past_due, *now))


async def _move(
    uow: UnitOfWork, counted: Sequence[_Counted], before: Mapping[str, date]
) -> None:
    """Note to which day loans were counted, and where they stood.

    Each is moved on from the day it was found at, so no day is counted over again.
    """
    moved = await uow.session.execute(
        _MOVE,
        {
            "days": [one.standing.on for one in counted],
            "before": [before[one.loan.id] for one in counted],
            "loans": [read_id("loan", one.loan.id) for one in counted],
            "late": [one.standing.days_past_due for one in counted],
            "overdue": [one.standing.overdue for one in counted],
            "accrued": [one.standing.accrued for one in counted],
            "bands": [one.now.band for one in counted],
            "classes": [one.now.loan_class for one in counted],
            "provisions": [one.now.provision_bps for one in counted],
            "stages": [one.now.stage for one in counted],
        },
    )
    count = cast("CursorResult[Any]", moved).rowcount
    ensure(count == len(counted), "a loan is counted on from where it was, once")
