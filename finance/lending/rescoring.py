"""Look at running loans again each month, on what their firms have sent since."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, PrimaryKeyConstraint, select, true
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import Mapped, mapped_column

from finance import rulepacks, scorecards
from finance.lending import repository
from finance.lending.events import LoanRescored
from finance.lending.model import Application, Loan, LoanStatus
from ledger.database import UnitOfWork
from ledger.ids import IdType
from ledger.tables import Base
from risk import corrections, decision, receivables, statements
from risk.cashflow import Background, Invoice
from risk.statements import ParsedStatement, StatementRefused
from risk.warning import Signal, View, signals

MOST_FILES: Final = 20
BATCH: Final = 100


class Rescore(Base):
    """How a loan's firm was seen in a month: kept, never changed."""

    __tablename__ = "rescore"

    loan: Mapped[str] = mapped_column(IdType("loan"), ForeignKey("loan.id"))
    month: Mapped[date]
    scored_on: Mapped[date]
    pd_bps: Mapped[int]
    grade: Mapped[str]
    features: Mapped[dict[str, Any]] = mapped_column(JSONB)
    signals: Mapped[list[str]] = mapped_column(JSONB)
    model_sha256: Mapped[str]

    __table_args__ = (
        PrimaryKeyConstraint("loan", "month"),
        CheckConstraint("extract(day FROM month) = 1", "month"),
        CheckConstraint("pd_bps BETWEEN 0 AND 10000", "pd"),
    )


@dataclass(frozen=True)
class Warned:
    """A loan with signals in its latest month."""

    rescore: Rescore
    loan: Loan
    application: Application


async def list_due(
    uow: UnitOfWork, *, after: str | None = None, limit: int = BATCH
) -> list[str]:
    """Return some running loans not looked at this month, in the order of their ids."""
    month = uow.today().replace(day=1)
    seen = select(Rescore.loan).where(Rescore.month == month)
    rows = await uow.session.scalars(
        select(Loan.id)
        .where(
            Loan.status == LoanStatus.ACTIVE.value,
            Loan.id.not_in(seen),
            true() if after is None else Loan.id > after,
        )
        .order_by(Loan.id)
        .limit(limit)
    )
    return list(rows)


async def rescore_loan(uow: UnitOfWork, *, loan_id: str) -> Rescore:
    """Score a loan's firm again on all it has sent; once a month, the first stands."""
    loan = await repository.get_loan(uow, loan_id, lock=True)
    today = uow.today()
    kept = await uow.session.get(Rescore, (loan_id, today.replace(day=1)))
    if kept is not None:
        return kept
    loan.require(LoanStatus.ACTIVE)
    application = await repository.get_application(uow, loan.application)
    # By the card that decided: another card's answer would not tell what changed.
    card = await scorecards.find_card(uow, application.decision["model_sha256"])
    features, scored = decision.look_again(
        await _files(uow, loan),
        today,
        instalment_minor=int(application.decision["instalment_minor"]),
        background=Background(
            await corrections.get_rulebook(uow), await _invoices(uow, loan)
        ),
        card=card,
    )
    now = View(decision.features_json(tuple(features.values())), scored.pd_bps)
    before = View(application.decision["features"], application.decision["pd_bps"])
    ratio = rulepacks.home().bps("sicr_pd_ratio", on=today)
    found = [signal.value for signal in signals(before, now, pd_ratio_bps=ratio)]
    unseen = Signal.FEED_MISSED in found
    pd_bps = await _last_pd(uow, loan_id, before.pd_bps) if unseen else now.pd_bps
    before_grade = application.decision["grade"] or scored.grade
    grade = before_grade if unseen else scored.grade
    row = Rescore(
        loan=loan.id,
        month=today.replace(day=1),
        scored_on=today,
        pd_bps=pd_bps,
        grade=grade,
        features=dict(now.features),
        signals=found,
        model_sha256=scored.artefact_hash,
    )
    uow.add(row)
    uow.record(LoanRescored(loan.id, today, pd_bps, grade, tuple(found)))
    return row


async def list_warned(uow: UnitOfWork, *, limit: int = BATCH) -> list[Warned]:
    """Return running loans with signals in the month last looked at, the riskiest first."""
    latest = select(Rescore.month).order_by(Rescore.month.desc()).limit(1)
    rows = await uow.session.execute(
        select(Rescore, Loan, Application)
        .join(Loan, Loan.id == Rescore.loan)
        .join(Application, Application.id == Loan.application)
        .where(
            Rescore.month == latest.scalar_subquery(),
            Rescore.signals != [],
            Loan.status == LoanStatus.ACTIVE.value,
        )
        .order_by(Rescore.pd_bps.desc(), Rescore.loan)
        .limit(limit)
    )
    return [Warned(*row) for row in rows]


async def latest_pds(uow: UnitOfWork) -> dict[str, int]:
    """Return each loan's chance of default as it was last seen."""
    rows = await uow.session.execute(
        select(Rescore.loan, Rescore.pd_bps)
        .ext(distinct_on(Rescore.loan))
        .order_by(Rescore.loan, Rescore.month.desc())
    )
    return {loan: pd_bps for loan, pd_bps in rows}  # noqa: C416 - rows are no pairs to mypy


async def _last_pd(uow: UnitOfWork, loan_id: str, at_start: int) -> int:
    """Return the chance of default as last seen: without new records it is not judged anew."""
    known = await uow.session.scalar(
        select(Rescore.pd_bps)
        .where(Rescore.loan == loan_id)
        .order_by(Rescore.month.desc())
        .limit(1)
    )
    return at_start if known is None else known


async def _files(uow: UnitOfWork, loan: Loan) -> list[ParsedStatement]:
    """Read the newest files of a firm in the loan's currency again, from their bytes."""
    page = await statements.list_statements(
        uow, party_id=loan.borrower, limit=MOST_FILES
    )
    read = []
    for item in page.items:
        if item.currency is loan.currency:
            # What an earlier release took may be refused now; the rest is still looked at.
            with suppress(StatementRefused):
                again = await statements.reread_statement(uow, statement_id=item.id)
                read.append(again.parsed)
    return read


async def _invoices(uow: UnitOfWork, loan: Loan) -> tuple[Invoice, ...]:
    """Read what a firm's customers owe it, by its newest lists of invoices."""
    page = await receivables.list_invoice_files(
        uow, party_id=loan.borrower, limit=MOST_FILES
    )
    with suppress(StatementRefused):
        bills = await receivables.read_bills(
            uow,
            party_id=loan.borrower,
            currency=loan.currency,
            invoice_file_ids=[item.id for item in page.items],
        )
        return bills.invoices
    return ()
