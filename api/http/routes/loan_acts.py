"""Acts on a running loan: tried, proposed by one operator, agreed to by another."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Response
from pydantic import Field

from api.http.callers import Operator
from api.http.commands import Keyed
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.applications import ApprovalOut
from api.http.routes.loans import LoanOut
from api.wire import (
    BY_NAME,
    ApprovalRef,
    BusinessDate,
    In,
    LoanRef,
    MoneyIn,
    MoneyOut,
    Out,
    ReceiptRef,
    Words,
)
from contracts import loan as loans
from contracts.terms import MAX_INSTALMENTS, MAX_RATE_BPS, Component, GraceRule
from finance import lending
from finance.lending import NOT_YET, Act, NewPlan
from ledger.database import Database

router = make_router("loan acts")

Count = Annotated[int, Field(ge=1, le=MAX_INSTALMENTS)]
RateBps = Annotated[int, Field(ge=0, le=MAX_RATE_BPS)]
Order = Annotated[int, Field(ge=1, le=2**31 - 1)]
PartIn = Annotated[Component, BY_NAME]


class RateChangeIn(In):
    """Another yearly rate from a day on."""

    kind: Literal["rate_changed"]
    on: BusinessDate
    rate_bps: RateBps

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.RateChanged(on=self.on, ordinal=NOT_YET, rate_bps=self.rate_bps)


class DueDateShiftIn(In):
    """One instalment to come is due on another day, with its interest period."""

    kind: Literal["due_date_shifted"]
    on: BusinessDate
    instalment: Count
    to: BusinessDate

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.DueDateShifted(
            on=self.on, ordinal=NOT_YET, instalment=self.instalment, to=self.to
        )


class PaymentHolidayIn(In):
    """The next instalments are not paid; the rule says what becomes of their interest."""

    kind: Literal["payment_holiday"]
    on: BusinessDate
    instalments: Count
    rule: Annotated[GraceRule, BY_NAME]

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.PaymentHoliday(
            on=self.on, ordinal=NOT_YET, instalments=self.instalments, rule=self.rule
        )


class ReamortisationIn(In):
    """Overdue principal is spread over what is to come, or over a new number."""

    kind: Literal["reamortised"]
    on: BusinessDate
    instalments: Count | None = None

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.Reamortised(
            on=self.on, ordinal=NOT_YET, instalments=self.instalments
        )


class RestructuringIn(In):
    """New terms for what is owed on the day; with ``capitalises`` for all of it."""

    kind: Literal["restructured"]
    on: BusinessDate
    rate_bps: RateBps
    instalments: Count
    first_due_on: BusinessDate
    capitalises: bool = False
    is_forborne: bool = True

    def plan(self) -> NewPlan:
        """Say what is to hold."""
        return NewPlan(
            on=self.on,
            rate_bps=self.rate_bps,
            instalments=self.instalments,
            first_due_on=self.first_due_on,
            capitalises=self.capitalises,
            is_forborne=self.is_forborne,
        )


class ChargeIn(In):
    """A charge due at once: a fee is the operator's, a penalty the lenders'."""

    kind: Literal["charge_added"]
    on: BusinessDate
    component: Literal["fee", "penalty"]
    amount: MoneyIn

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.ChargeAdded(
            on=self.on,
            ordinal=NOT_YET,
            component=Component(self.component),
            amount=self.amount.to_money(),
        )


class ChargeCancellationIn(In):
    """A charge or late fee, by its number in the loan's events, was wrong."""

    kind: Literal["charge_cancelled"]
    on: BusinessDate
    charge: Order

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.ChargeCancelled(on=self.on, ordinal=NOT_YET, charge=self.charge)


class WaiverIn(In):
    """A part of what is due is forgiven, oldest first or of one instalment."""

    kind: Literal["waived"]
    on: BusinessDate
    component: PartIn
    amount: MoneyIn
    instalment: Count | None = None

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.Waived(
            on=self.on,
            ordinal=NOT_YET,
            component=self.component,
            amount=self.amount.to_money(),
            instalment=self.instalment,
        )


class ChargeBackIn(In):
    """The bank took a receipt back, whole or in part."""

    kind: Literal["charged_back"]
    on: BusinessDate
    receipt_id: ReceiptRef
    amount: MoneyIn

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.ChargedBack(
            on=self.on,
            ordinal=NOT_YET,
            receipt_id=self.receipt_id,
            amount=self.amount.to_money(),
        )


class DatedReceiptIn(In):
    """Money in the borrower's wallet that had come for the loan on an earlier day."""

    kind: Literal["receipt_received"]
    on: BusinessDate
    amount: MoneyIn

    def event(self) -> Act:
        """Say it as an event of the loan."""
        return loans.ReceiptReceived(
            on=self.on, ordinal=NOT_YET, receipt_id="", amount=self.amount.to_money()
        )


AnyAct = Annotated[
    RateChangeIn
    | DueDateShiftIn
    | PaymentHolidayIn
    | ReamortisationIn
    | RestructuringIn
    | ChargeIn
    | ChargeCancellationIn
    | WaiverIn
    | ChargeBackIn
    | DatedReceiptIn,
    Field(discriminator="kind"),
]


class PreviewIn(In):
    """An act to be tried."""

    act: AnyAct


class ActIn(PreviewIn):
    """An act to be agreed to, and why."""

    note: Words


class OutlookOut(Out):
    """What is still to come of a loan if it is paid as it stands."""

    owed_now: MoneyOut
    principal: MoneyOut
    interest: MoneyOut
    fees: MoneyOut
    overpaid: MoneyOut
    total: MoneyOut
    next_due_on: date | None
    next_due: MoneyOut
    last_due_on: date | None
    lender_rate_bps: int | None
    is_forborne: bool


class NoteOutlookOut(Out):
    """What one lender would still receive, net, before and after."""

    note_id: str
    lender: str
    before: MoneyOut
    after: MoneyOut


class PreviewOut(Out):
    """What an act would do; nothing of it is kept."""

    before: OutlookOut
    after: OutlookOut
    notes: list[NoteOutlookOut]


async def _event(db: Database, loan_id: str, sent: AnyAct) -> Act:
    if isinstance(sent, RestructuringIn):
        return await db.read(lending.restructuring, loan_id=loan_id, plan=sent.plan())
    return sent.event()


@router.post("/loans/{loan_id}/acts/preview")
async def preview_act(
    loan_id: LoanRef, body: PreviewIn, db: Db, _: Operator
) -> PreviewOut:
    """Try an act: what the borrower would pay, and each lender get, before and after."""
    act = await _event(db, loan_id, body.act)
    shown = await db.read(lending.preview_act, loan_id=loan_id, act=act)
    return PreviewOut.model_validate(shown)


@router.post("/loans/{loan_id}/acts", status_code=201)
async def propose_act(
    loan_id: LoanRef, body: ActIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Ask a second operator to agree to exactly this act."""
    approval = await db.transact(
        lending.propose_act,
        loan_id=loan_id,
        act=await _event(db, loan_id, body.act),
        operator_id=operator.party,
        note=body.note,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/loan-acts/{approval_id}/approve", response_model=LoanOut)
async def approve_act(
    approval_id: ApprovalRef, operator: Operator, commands: Keyed
) -> Response:
    """Agree, as a second person; the act takes effect and the books follow."""
    return await commands.run(
        LoanOut.model_validate,
        lending.approve_act,
        approval_id=approval_id,
        operator_id=operator.party,
    )


@router.post("/loan-acts/{approval_id}/decline")
async def decline_act(
    approval_id: ApprovalRef, db: Db, operator: Operator
) -> ApprovalOut:
    """Disagree; the loan stays as it is."""
    approval = await db.transact(
        lending.decline_act, approval_id=approval_id, operator_id=operator.party
    )
    return ApprovalOut.model_validate(approval)


@router.post(
    "/loans/{loan_id}/failed-payments", status_code=201, response_model=LoanOut
)
async def charge_failed_payment(
    loan_id: LoanRef, _: Operator, commands: Keyed
) -> Response:
    """Charge the market's fee for a payment that failed."""
    return await commands.run(
        LoanOut.model_validate, lending.charge_failed_payment, loan_id=loan_id
    )
