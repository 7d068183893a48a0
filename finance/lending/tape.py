"""The loan tape: one line a loan, for who supervises, audits or buys them; no names.

Its columns follow what supervisors and buyers of loans ask for everywhere (compare the
templates for non-performing loans of the European Banking Authority, 2022): who, as a
code; what was agreed; how it stands today by the books; how it is classed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Row, Subquery, and_, case, false, func, select

from contracts import schedule
from contracts.terms import Terms
from finance.lending import exposure, loanrisks
from finance.lending.loanrisks import LoanRisk
from finance.lending.model import Application, Loan, LoanEvent
from ledger.database import UnitOfWork
from ledger.money import Money
from risk.identity import Firm

_CAME_IN: Final = ("receipt_received", "recovery_received")
_WENT_BACK: Final = ("charged_back", "refunded")


@dataclass(frozen=True)
class TapeLine:
    """One loan whose money went out; ``risk`` is None when nothing is owed any more."""

    loan: Loan
    terms: Terms
    last_due_on: date
    sector: str
    province: str
    grade_at_start: str | None
    pd_bps_at_start: int
    received: Money
    is_forborne: bool
    risk: LoanRisk | None

    @property
    def owed(self) -> Money:
        """Return what is owed today by the books."""
        return self.risk.gross if self.risk else Money(0, self.loan.currency)


async def read_tape(uow: UnitOfWork) -> list[TapeLine]:
    """Return every loan whose money went out, oldest first, as it stands today.

    Raises:
        RiskBeingWorkedOut: Too many loans changed for a reader to wait for.
    """
    risks = {one.loan: one for one in await loanrisks.read_risks(uow)}
    lives = _lives()
    rows = await uow.session.execute(
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
    return [_line(row, risks.get(row.Loan.id)) for row in rows]


def _lives() -> Subquery:
    """Sum up what came in of each loan less what was taken back, and whether it was eased."""
    amount = func.coalesce(LoanEvent.details["amount"].astext.cast(BigInteger), 0)
    eased = LoanEvent.details["is_forborne"].as_boolean()
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
            func.bool_or(
                and_(LoanEvent.kind == "restructured", func.coalesce(eased, false()))
            ).label("is_forborne"),
        )
        .group_by(LoanEvent.loan)
        .subquery()
    )


def _line(row: Row[Any], risk: LoanRisk | None) -> TapeLine:
    terms: Terms = row.Loan.agreed_terms
    return TapeLine(
        loan=row.Loan,
        terms=terms,
        last_due_on=schedule.build(terms).rows[-1].due_on,
        sector=row.sector.value if row.sector else exposure.UNDESCRIBED,
        province=row.province or exposure.UNDESCRIBED,
        grade_at_start=row.decision["grade"],
        pd_bps_at_start=row.decision["pd_bps"],
        received=Money(int(row.received), row.Loan.currency),
        is_forborne=row.is_forborne,
        risk=risk,
    )
