"""What operators put right about the purpose of movements on statements."""

from datetime import datetime
from typing import Annotated

from api.http.callers import Operator
from api.http.depends import Db
from api.http.router import make_router
from api.wire import BY_NAME, Cut, In, Name, Out, PageOut
from risk import corrections
from risk.cashflow import Category

router = make_router("statements")


class CorrectionIn(In):
    """Who stood on the other side, which way the money went, what for, and why."""

    counterparty: Name
    incoming: bool
    category: Annotated[Category, BY_NAME]
    reason: Name


class CorrectionOut(Out):
    """A correction as it was entered; the counterparty in one spelling."""

    id: str
    number: int
    counterparty: str
    incoming: bool
    category: Category
    reason: str
    decided_at: datetime


@router.post("/category-rules", status_code=201)
async def correct_category(
    body: CorrectionIn, db: Db, operator: Operator
) -> CorrectionOut:
    """Make a rule of a correction; it counts for what is judged from now on."""
    correction = await db.transact(
        corrections.correct_category,
        counterparty=body.counterparty,
        incoming=body.incoming,
        category=body.category,
        reason=body.reason,
        operator_id=operator.party,
    )
    return CorrectionOut.model_validate(correction)


@router.get("/category-rules")
async def list_corrections(db: Db, _: Operator, cut: Cut) -> PageOut[CorrectionOut]:
    """List the corrections, the newest first."""
    page = await db.read(corrections.list_corrections, after=cut.after, limit=cut.limit)
    return PageOut[CorrectionOut].of(page, CorrectionOut.model_validate)
