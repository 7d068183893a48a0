"""Loans after funding: the agreement, the state, what is paid, what lenders have."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Response
from pydantic import JsonValue, StringConstraints

from api.auth import STAFF
from api.http.callers import Known, Operator, Signatory, Sme
from api.http.commands import Keyed
from api.http.depends import Db, Outside
from api.http.router import make_router
from api.http.routes.applications import ApprovalOut, NoteIn
from api.wire import (
    ApprovalRef,
    BusinessDate,
    Cut,
    In,
    LoanRef,
    MoneyIn,
    MoneyOut,
    Out,
    PageOut,
    PartyRef,
)
from contracts.loan import Status
from finance import lending
from finance.lending import Loan, LoanStatus, Note, ReceiptStatus, Stage
from ledger.errors import NotFound
from ledger.money import Currency

router = make_router("loans")

HTML = "text/html; charset=utf-8"


class LoanOut(Out):
    """A loan as agreed."""

    id: str
    application: str
    offer: str
    borrower: str
    principal: MoneyOut
    terms: dict[str, JsonValue]
    status: LoanStatus
    created_at: datetime
    disbursed_on: date | None
    closed_on: date | None


class AmountsOut(Out):
    """Money by what it is owed for."""

    penalty: MoneyOut
    fee: MoneyOut
    interest: MoneyOut
    principal: MoneyOut
    total: MoneyOut


class InstalmentOut(Out):
    """One instalment: what it asks for and what was paid on it."""

    number: int
    due_on: date
    owed: AmountsOut
    paid: AmountsOut
    unpaid: MoneyOut
    settled_on: date | None


class StateOut(Out):
    """A loan on a date, replayed from its events."""

    on: date
    status: Status
    outstanding: AmountsOut
    overdue: AmountsOut
    accrued_interest: MoneyOut
    written_off: AmountsOut
    overpaid: MoneyOut
    instalments: list[InstalmentOut]
    next_due_on: date | None
    next_due: MoneyOut
    days_past_due: int


class GradeOut(Out):
    """A loan by the supervisor's class, with the share to provide, and IFRS 9 stage."""

    name: str
    provision_bps: int
    stage: Stage


class GradedStateOut(StateOut):
    """A loan on a date, and how a supervisor and an accountant see it."""

    grade: GradeOut
    is_forborne: bool


class EventOut(Out):
    """One fact of a loan's life."""

    number: int
    kind: str
    happened_on: date
    details: dict[str, JsonValue]
    recorded_at: datetime


class NoteOut(Out):
    """A lender's part of a loan."""

    id: str
    loan: str
    lender: str
    pledge: str
    principal: MoneyOut
    withholding_bps: int


class ReceiptOut(Out):
    """Money a borrower paid, and whether it has reached the lenders."""

    id: str
    loan: str
    amount: MoneyOut
    received_on: date
    recovery: bool
    status: ReceiptStatus


class AcceptanceOut(Out):
    """A party's word that it agrees, and to which bytes."""

    party: str
    role: str
    document_sha256: str
    signature_level: str
    accepted_at: datetime

    @classmethod
    def of(cls, acceptance: lending.Acceptance) -> "AcceptanceOut":
        """Show an acceptance."""
        return cls(
            party=acceptance.party,
            role=acceptance.role,
            document_sha256=acceptance.document_hash.hex(),
            signature_level=acceptance.signature_level,
            accepted_at=acceptance.accepted_at,
        )


class AcceptIn(In):
    """The SHA-256 of the agreement as it was read; a signature by one's own key."""

    document_sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    signature: Annotated[str, StringConstraints(pattern="^[0-9a-f]{192}$")] | None = (
        None
    )

    @property
    def given(self) -> bytes | None:
        """The signature's bytes."""
        return bytes.fromhex(self.signature) if self.signature else None


class RepaymentIn(In):
    """Money to be paid on a loan out of the borrower's wallet."""

    amount: MoneyIn


class PayoffOut(Out):
    """What closes a loan if it arrives on the day; ``saved`` is interest not charged."""

    good_through: date
    penalty: MoneyOut
    fee: MoneyOut
    interest: MoneyOut
    principal: MoneyOut
    total: MoneyOut
    saved: MoneyOut


class FlowOut(Out):
    """Money on a day: negative is lent."""

    on: date
    amount: MoneyOut


class PositionOut(Out):
    """One note: what is owed and what came in, net of fee and tax."""

    note: NoteOut
    state: StateOut
    owed_principal: MoneyOut
    received_interest: MoneyOut
    servicing: MoneyOut
    tax: MoneyOut
    expected_loss: MoneyOut
    past: list[FlowOut]
    planned: list[FlowOut]


class PortfolioOut(Out):
    """A lender's notes of one currency and their one net yearly return."""

    currency: Currency
    net_return_bps: int | None
    owed_principal: MoneyOut
    positions: list[PositionOut]


async def _sighted(loan_id: LoanRef, db: Db, caller: Known) -> Loan:
    """Return a loan to its borrower, its lenders and staff; to others there is none."""
    loan = await db.read(lending.get_loan, loan_id=loan_id)
    if caller.role in STAFF or await db.read(
        lending.take_part, loan_id=loan_id, party_id=caller.party
    ):
        return loan
    raise NotFound(thing="loan")


Sighted = Annotated[Loan, Depends(_sighted)]


@router.get("/loans")
async def list_loans(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[LoanOut]:
    """List one's loans as borrower; staff see all, or those of a party."""
    page = await db.read(
        lending.list_loans,
        borrower_id=caller.within(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[LoanOut].of(page, LoanOut.model_validate)


@router.get("/loans/{loan_id}")
async def get_loan(loan: Sighted) -> LoanOut:
    """Show a loan as agreed."""
    return LoanOut.model_validate(loan)


@router.get("/loans/{loan_id}/state")
async def get_state(
    loan: Sighted, db: Db, on: BusinessDate | None = None
) -> GradedStateOut:
    """Show where a loan stands today, or on a given day, and how it is graded."""
    state = await db.read(lending.loan_state, loan_id=loan.id, on=on)
    shown = StateOut.model_validate(state)
    return GradedStateOut(
        **dict(shown),
        grade=GradeOut.model_validate(lending.grade_of(loan, state)),
        is_forborne=state.is_forborne,
    )


@router.get("/loans/{loan_id}/events")
async def list_events(loan: Sighted, db: Db) -> PageOut[EventOut]:
    """List the facts of a loan's life, in order."""
    events = await db.read(lending.list_events, loan_id=loan.id)
    return PageOut[EventOut].whole(events, EventOut.model_validate)


@router.get("/loans/{loan_id}/notes")
async def list_notes(loan: Sighted, db: Db, caller: Known) -> PageOut[NoteOut]:
    """List who lent what; a lender sees only their own notes."""
    notes = await db.read(lending.list_notes, loan_id=loan.id)
    whole = caller.role in STAFF or caller.party == loan.borrower
    own: list[Note] = [n for n in notes if whole or n.lender == caller.party]
    return PageOut[NoteOut].whole(own, NoteOut.model_validate)


@router.get("/loans/{loan_id}/receipts")
async def list_receipts(loan: Sighted, db: Db) -> PageOut[ReceiptOut]:
    """List what was paid on a loan."""
    receipts = await db.read(lending.list_receipts, loan_id=loan.id)
    return PageOut[ReceiptOut].whole(receipts, ReceiptOut.model_validate)


@router.get(
    "/loans/{loan_id}/agreement",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def get_agreement(loan: Sighted, db: Db) -> Response:
    """Show the agreement, byte for byte as it is accepted, with its SHA-256."""
    document = await db.read(lending.get_agreement, loan_id=loan.id)
    return Response(
        document.document,
        media_type=HTML,
        headers={"Document-SHA256": document.sha256.hex()},
    )


@router.get("/loans/{loan_id}/acceptances")
async def list_acceptances(
    loan: Sighted, db: Db, caller: Known
) -> PageOut[AcceptanceOut]:
    """List who accepted what and when; a party sees the borrower's word and its own."""
    found = await db.read(lending.list_acceptances, loan_id=loan.id)
    mine = {caller.party, loan.borrower}
    seen = [one for one in found if caller.role in STAFF or one.party in mine]
    return PageOut[AcceptanceOut].whole(seen, AcceptanceOut.of)


@router.post("/loans/{loan_id}/accept", response_model=LoanOut)
async def accept_agreement(
    loan_id: LoanRef, body: AcceptIn, me: Signatory, commands: Keyed, outside: Outside
) -> Response:
    """Sign the agreement as one whom it binds; with the last of all the money goes out."""
    return await commands.run(
        LoanOut.model_validate,
        lending.accept_agreement,
        loan_id=loan_id,
        party_id=me.party,
        document_hash=bytes.fromhex(body.document_sha256),
        custody=outside.custody,
        given=body.given,
    )


@router.get("/loans/{loan_id}/payoff")
async def quote_payoff(
    loan: Sighted, db: Db, on: BusinessDate | None = None
) -> PayoffOut:
    """Tell what closes the loan if it arrives today, or on a day within a month."""
    quote = await db.read(lending.quote_payoff, loan_id=loan.id, on=on)
    return PayoffOut.model_validate(quote)


@router.post("/loans/{loan_id}/repayments", status_code=201, response_model=ReceiptOut)
async def repay(
    loan_id: LoanRef, body: RepaymentIn, sme: Sme, commands: Keyed
) -> Response:
    """Pay on one's own loan out of one's wallet."""
    return await commands.run(
        ReceiptOut.model_validate,
        lending.repay,
        loan_id=loan_id,
        party_id=sme.party,
        amount=body.amount.to_money(),
    )


@router.post("/loans/{loan_id}/write-off", status_code=201)
async def propose_write_off(
    loan_id: LoanRef, body: NoteIn, db: Db, operator: Operator
) -> ApprovalOut:
    """Ask a second operator to write a lost loan off."""
    approval = await db.transact(
        lending.propose_write_off,
        loan_id=loan_id,
        operator_id=operator.party,
        note=body.note,
    )
    return ApprovalOut.model_validate(approval)


@router.post("/write-offs/{approval_id}/approve", response_model=LoanOut)
async def approve_write_off(
    approval_id: ApprovalRef, operator: Operator, commands: Keyed
) -> Response:
    """Agree, as a second person, and take what is still owed off the books."""
    return await commands.run(
        LoanOut.model_validate,
        lending.approve_write_off,
        approval_id=approval_id,
        operator_id=operator.party,
    )


@router.get("/portfolio")
async def get_portfolio(
    db: Db, caller: Known, party: PartyRef | None = None
) -> PageOut[PortfolioOut]:
    """Show what one has lent, what came of it, and the net yearly return."""
    parts = await db.read(lending.portfolio, lender_id=caller.about(party))
    return PageOut[PortfolioOut].whole(parts, PortfolioOut.model_validate)
