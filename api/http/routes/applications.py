"""From a firm's request for a loan to an open offer, decided by two people."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated

from fastapi import Depends, Response
from pydantic import Field, JsonValue

from api.auth import Caller
from api.http.callers import Known, Operator, Sme, Staff
from api.http.commands import MaybeKeyed
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.offers import OfferOut, ReasonIn
from api.wire import (
    BY_NAME,
    ApplicationRef,
    ApprovalRef,
    Cut,
    In,
    InvoiceFileRef,
    MoneyIn,
    MoneyOut,
    OfferRef,
    Out,
    PageOut,
    PartyRef,
    StatementRef,
    Words,
)
from contracts.schedule import Schedule
from contracts.terms import Method
from finance import approvals, lending, raising
from finance.approvals import ApprovalStatus
from finance.lending import Application, ApplicationStatus
from finance.raising import Product
from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound
from ledger.money import BPS_PER_ONE
from risk.decision import Security, SecurityKind

router = make_router("applications")

MAX_TERM_MONTHS = 600
MAX_OPEN_DAYS = 366
MAX_STATEMENTS = 20
MAX_INVOICE_FILES = 20


class SecurityIn(In):
    """What stands behind a loan besides the firm, for which share of it."""

    kind: Annotated[SecurityKind, BY_NAME]
    cover_bps: Annotated[int, Field(ge=1, le=BPS_PER_ONE)]

    def to_security(self) -> Security:
        """Return it as risk knows it."""
        return Security(self.kind, self.cover_bps)


class ApplicationIn(In):
    """A request for a loan, standing on one's own statements and lists of invoices."""

    amount: MoneyIn
    term_months: Annotated[int, Field(ge=1, le=MAX_TERM_MONTHS)]
    method: Annotated[Method, BY_NAME] = Method.ANNUITY
    security: SecurityIn | None = None
    purpose: Words
    statements: Annotated[
        list[StatementRef], Field(min_length=1, max_length=MAX_STATEMENTS)
    ]
    invoice_files: Annotated[
        list[InvoiceFileRef],
        Field(default_factory=list, max_length=MAX_INVOICE_FILES),
    ]

    def to_request(self) -> lending.LoanRequest:
        """Return what is asked for as finance knows it."""
        return lending.LoanRequest(
            self.amount.to_money(),
            self.term_months,
            self.method,
            self.security.to_security() if self.security else None,
        )


class ApplicationOut(Out):
    """A request with the decision that answers it and the terms it was quoted."""

    id: str
    party: str
    amount: MoneyOut
    term_months: int
    purpose: str
    statements: list[str]
    invoice_files: list[str]
    status: ApplicationStatus
    decision: dict[str, JsonValue]
    quote: dict[str, JsonValue]
    approval: str | None
    offer: str | None
    overrides: list[dict[str, JsonValue]]
    submitted_at: datetime


class ListingOut(Out):
    """What lenders are told of a request that is offered."""

    application: str
    amount: MoneyOut
    term_months: int
    purpose: str
    grade: str | None
    reasons: list[dict[str, JsonValue]]
    quote: dict[str, JsonValue]

    @classmethod
    def of(cls, application: Application) -> "ListingOut":
        """Show an offered request: no statement, no feature of the firm's accounts."""
        return cls(
            application=application.id,
            amount=MoneyOut.of(application.amount),
            term_months=application.term_months,
            purpose=application.purpose,
            grade=application.decision["grade"],
            reasons=application.decision["reasons"],
            quote=application.quote,
        )


@dataclass
class ApplicationFilter:
    """Which requests are asked for."""

    party: PartyRef | None = None
    status: ApplicationStatus | None = None


class NoteIn(In):
    """What the reviewer found."""

    note: Words


class OpenIn(In):
    """For how long an offer is to be open."""

    open_days: Annotated[int, Field(ge=1, le=MAX_OPEN_DAYS)]


class ApprovalOut(Out):
    """A proposal that a second person decides."""

    id: str
    kind: str
    concerns: str
    request: dict[str, JsonValue]
    note: str
    status: ApprovalStatus
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class RowOut(Out):
    """One instalment of a plan."""

    number: int
    starts_on: date
    due_on: date
    principal: MoneyOut
    interest: MoneyOut
    fee: MoneyOut
    payment: MoneyOut
    balance_after: MoneyOut


class ScheduleOut(Out):
    """What is to be paid, instalment by instalment."""

    rows: list[RowOut]
    principal: MoneyOut
    interest: MoneyOut
    fees: MoneyOut
    payment: MoneyOut

    @classmethod
    def of(cls, schedule: Schedule) -> "ScheduleOut":
        """Show a schedule."""
        return cls.model_validate(schedule)


@router.post("/applications", status_code=201, response_model=ApplicationOut)
async def submit_application(
    body: ApplicationIn, db: Db, sme: Sme, commands: MaybeKeyed
) -> ApplicationOut | Response:
    """Ask for a loan; the score answers at once, people answer after it."""
    submit = partial(
        lending.submit_application,
        party_id=sme.party,
        wanted=body.to_request(),
        purpose=body.purpose,
        statement_ids=body.statements,
        invoice_file_ids=body.invoice_files,
    )
    if commands is not None:
        return await commands.run(ApplicationOut.model_validate, submit)
    return ApplicationOut.model_validate(await db.transact(submit))


@router.get("/applications")
async def list_applications(
    db: Db, caller: Known, cut: Cut, wanted: Annotated[ApplicationFilter, Depends()]
) -> PageOut[ApplicationOut]:
    """List one's requests; staff see all, or those of a party."""
    page = await db.read(
        lending.list_applications,
        party_id=caller.within(wanted.party),
        status=wanted.status,
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[ApplicationOut].of(page, ApplicationOut.model_validate)


async def _sighted(db: Database, caller: Caller, application_id: str) -> Application:
    found = await db.read(lending.get_application, application_id=application_id)
    caller.require_sight(found.party, "application")
    return found


@router.get("/applications/{application_id}")
async def get_application(
    application_id: ApplicationRef, db: Db, caller: Known
) -> ApplicationOut:
    """Show a request with its decision."""
    return ApplicationOut.model_validate(await _sighted(db, caller, application_id))


@router.get("/applications/{application_id}/schedule")
async def get_quoted_schedule(
    application_id: ApplicationRef, db: Db, caller: Known
) -> ScheduleOut:
    """Show the instalments a request was quoted."""
    found = await _sighted(db, caller, application_id)
    return ScheduleOut.of(lending.schedule_of(found))


@router.post("/applications/{application_id}/review", status_code=201)
async def review_application(
    application_id: ApplicationRef, body: NoteIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Recommend a request, on exactly its terms; a second operator decides."""
    approval = await db.transact(
        lending.review_application,
        application_id=application_id,
        operator_id=operator.party,
        note=body.note,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/applications/{application_id}/approve", status_code=201)
async def approve_application(
    application_id: ApplicationRef, body: OpenIn, db: Db, operator: Operator
) -> OfferOut:
    """Agree, as a second person, and offer the loan to lenders."""
    offer = await db.transact(
        lending.approve_application,
        application_id=application_id,
        operator_id=operator.party,
        open_days=body.open_days,
    )
    return OfferOut.model_validate(offer)


@router.post("/applications/{application_id}/decline")
async def decline_application(
    application_id: ApplicationRef, body: ReasonIn, db: Db, operator: Operator
) -> ApplicationOut:
    """Say no to a request, and why."""
    application = await db.transact(
        lending.decline_application,
        application_id=application_id,
        operator_id=operator.party,
        reason=body.reason,
    )
    return ApplicationOut.model_validate(application)


async def _listed(uow: UnitOfWork, *, offer_id: str) -> Application:
    offer = await raising.get_offer(uow, offer_id=offer_id)
    if offer.product != Product.LOAN:
        raise NotFound(thing="application")
    return await lending.get_application(uow, application_id=offer.subject)


@router.get("/offers/{offer_id}/listing")
async def get_listing(offer_id: OfferRef, db: Db, _: Known) -> ListingOut:
    """Show lenders what a loan offer is about: purpose, grade with reasons, price."""
    return ListingOut.of(await db.read(_listed, offer_id=offer_id))


@router.get("/offers/{offer_id}/schedule")
async def get_offered_schedule(offer_id: OfferRef, db: Db, _: Known) -> ScheduleOut:
    """Show lenders the instalments of a loan offer."""
    listed = await db.read(_listed, offer_id=offer_id)
    return ScheduleOut.of(lending.schedule_of(listed))


@router.get("/approvals")
async def list_approvals(db: Db, cut: Cut, _: Staff) -> PageOut[ApprovalOut]:
    """List what waits for a second person."""
    page = await db.read(approvals.list_pending, after=cut.after, limit=cut.limit)
    return PageOut[ApprovalOut].of(page, ApprovalOut.model_validate)


@router.get("/approvals/{approval_id}")
async def get_approval(approval_id: ApprovalRef, db: Db, _: Staff) -> ApprovalOut:
    """Show a proposal."""
    found = await db.read(approvals.get_approval, approval_id=approval_id)
    return ApprovalOut.model_validate(found)
