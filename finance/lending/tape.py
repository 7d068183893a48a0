"""The loan tape: one line a loan, for who supervises, audits or buys them; no names.

Its columns follow what supervisors and buyers of loans ask for everywhere (compare the
templates for non-performing loans of the European Banking Authority, 2022): who, as a
code; what was agreed; how it stands today by the books; how it is classed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Row,
    Subquery,
    case,
    false,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from contracts import schedule
from contracts.loan import LoanState
from contracts.terms import Terms
from finance import rulepacks
from finance.lending import exposure, loanrisks, repository, rules
from finance.lending.history import History
from finance.lending.loanrisks import LoanRisk
from finance.lending.model import Application, Loan, LoanEvent, LoanStatus
from finance.lending.rules import Grade
from ledger.database import UnitOfWork
from ledger.money import Money
from risk.identity import Firm

_CAME_IN: Final = ("receipt_received", "recovery_received")
_WENT_BACK: Final = ("charged_back", "refunded")


@dataclass(frozen=True)
class TapeLine:
    """One loan whose money went out.

    ``risk`` is None when nothing is owed by the books, ``lost`` how a loan stands that
    was written off.
    """

    loan: Loan
    sector: str
    province: str
    grade_at_start: str | None
    pd_bps_at_start: int
    received: Money
    is_forborne: bool
    risk: LoanRisk | None
    lost: LoanState | None

    @cached_property
    def terms(self) -> Terms:
        """Return the terms that were signed."""
        return self.loan.agreed_terms

    @property
    def last_due_on(self) -> date:
        """Return when the last instalment was due as first agreed."""
        return schedule.build(self.terms).rows[-1].due_on

    @property
    def owed(self) -> Money:
        """Return what is owed today by the books."""
        return self.risk.gross if self.risk else Money(0, self.loan.currency)

    @property
    def days_late(self) -> int | None:
        """Return the days past due; None where nothing is owed by the books."""
        return self.risk.days_late if self.risk else None

    @property
    def grade(self) -> Grade | None:
        """Return the supervisor's class, and the last one of a loan written off."""
        if self.lost:
            return rules.grade(rulepacks.home(), self.terms, self.lost)
        return self.risk.grade if self.risk else None


async def read_tape(uow: UnitOfWork) -> list[TapeLine]:
    """Return every loan whose money went out, oldest first, as it stands today.

    Raises:
        RiskBeingWorkedOut: Too many loans changed for a reader to wait for.
    """
    risks = {one.loan: one for one in await loanrisks.read_risks(uow)}
    lives = _lives()
    found = await uow.session.execute(
        select(
            Loan,
            Application.decision,
            Firm.sector,
            Firm.province,
            lives.c.received,
            lives.c.is_forborne,
        )
        .join(Application, Application.id == Loan.application)
        .join(lives, lives.c.loan == Loan.id)
        .outerjoin(Firm, Firm.party == Loan.borrower)
        .where(Loan.disbursed_on.is_not(None))
        .order_by(Loan.id)
    )
    rows = found.all()
    lost = await _lost(uow, [row.Loan for row in rows])
    return [_line(row, risks.get(row.Loan.id), lost.get(row.Loan.id)) for row in rows]


def _lives() -> Subquery:
    """Sum up what came in of each loan less what was taken back, and its last easing."""
    amount = func.coalesce(LoanEvent.details["amount"].astext.cast(BigInteger), 0)
    eased = LoanEvent.details["is_forborne"].as_boolean()
    in_turn = aggregate_order_by(
        eased, LoanEvent.happened_on.desc(), LoanEvent.number.desc()
    )
    last_easing = func.array_agg(in_turn).filter(LoanEvent.kind == "restructured")
    return (
        select(
            LoanEvent.loan,
            func.sum(
                case(
                    (LoanEvent.kind.in_(_CAME_IN), amount),
                    (LoanEvent.kind.in_(_WENT_BACK), -amount),
                    else_=0,
                )
            ).label("received"),
            func.coalesce(type_coerce(last_easing, ARRAY(Boolean))[1], false()).label(
                "is_forborne"
            ),
        )
        .group_by(LoanEvent.loan)
        .subquery()
    )


async def _lost(uow: UnitOfWork, loans: Sequence[Loan]) -> dict[str, LoanState]:
    """Return where those loans stand that were written off; the books have forgotten."""
    lost = {one.id: one for one in loans if one.status == LoanStatus.WRITTEN_OFF}
    events = await repository.list_events_of(uow, lost)
    return {
        id_: History.read(uow, loan, events[id_]).state(uow.today())
        for id_, loan in lost.items()
    }


def _line(row: Row[Any], risk: LoanRisk | None, lost: LoanState | None) -> TapeLine:
    return TapeLine(
        loan=row.Loan,
        sector=row.sector.value if row.sector else exposure.UNDESCRIBED,
        province=row.province or exposure.UNDESCRIBED,
        grade_at_start=row.decision["grade"],
        pd_bps_at_start=row.decision["pd_bps"],
        received=Money(int(row.received), row.Loan.currency),
        is_forborne=row.is_forborne,
        risk=risk,
        lost=lost,
    )
