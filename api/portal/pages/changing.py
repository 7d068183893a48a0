"""Try a change of a running loan, see what it does, and ask a second operator to agree."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from fastapi import Response

from api import problems
from api.auth import Caller
from api.http.callers import Operator
from api.portal.changes import Change, Typed, WriteOff
from api.portal.desk import At, Desk
from api.portal.fields import Reason
from api.portal.guard import make_pages
from api.wire import LoanRef
from contracts.loan import LoanState
from finance import lending
from finance.approvals import Approval
from finance.lending import Loan, LoanEvent, NewPlan, Preview, Receipt
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from risk import identity

router = make_pages()

MOST_NOTES = 20


@dataclass(frozen=True)
class Subject:
    """The loan to be changed, with what a change of it can name."""

    loan: Loan
    firm: str
    state: LoanState
    receipts: list[Receipt]
    charges: list[LoanEvent]


@router.get("/loans/{loan_id}/changes/{change}")
async def try_change(
    loan_id: LoanRef, change: Change, desk: At, _: Operator
) -> Response:
    """Show the form of a change; filled in, what it would do to firm and lenders."""
    sent = desk.request.query_params
    return await _page(desk, loan_id=loan_id, change=change, sent=sent)


@router.post("/loans/{loan_id}/changes/{change}")
async def propose_change(
    loan_id: LoanRef, change: Change, desk: At, caller: Operator, note: Reason
) -> Response:
    """Ask a second operator to agree to exactly the change that was shown."""
    sent = desk.request.state.form
    ask = partial(_propose, loan_id=loan_id, change=change, sent=sent)
    return await desk.act(
        partial(ask, caller=caller, note=note),
        done="/queue?done=act_proposed",
        again=partial(_page, loan_id=loan_id, change=change, sent=sent),
    )


async def _page(
    desk: Desk, *, loan_id: str, change: Change, sent: Mapping[str, str]
) -> Response:
    subject = await desk.db.read(_subject, loan_id=loan_id)
    typed = Typed.of(sent, subject.loan.currency)
    desk.request.state.form = {"currency": typed.currency.value}
    is_filled = change is Change.WRITE_OFF or "on" in typed.fields
    preview: Preview | None = None
    if is_filled and desk.trouble is None:
        wish = partial(_try, loan_id=loan_id, change=change, typed=typed)
        try:
            preview = await desk.db.read(wish)
        except Refusal as refusal:
            desk = replace(desk, trouble=problems.trouble_of(refusal))
    return desk.page(
        "changing.html",
        subject=subject,
        loan=subject.loan,
        change=change.value,
        typed=typed.fields,
        preview=preview,
        most_notes=MOST_NOTES,
    )


async def _try(
    uow: UnitOfWork, *, loan_id: str, change: Change, typed: Typed
) -> Preview:
    wanted = typed.read(change)
    if isinstance(wanted, WriteOff):
        return await lending.preview_write_off(uow, loan_id=loan_id)
    act = await _act(uow, loan_id, wanted)
    return await lending.preview_act(uow, loan_id=loan_id, act=act)


async def _propose(
    uow: UnitOfWork,
    *,
    loan_id: str,
    change: Change,
    sent: Mapping[str, str],
    caller: Caller,
    note: str,
) -> Approval:
    loan = await lending.get_loan(uow, loan_id=loan_id)
    wanted = Typed.of(sent, loan.currency).read(change)
    if isinstance(wanted, WriteOff):
        return await lending.propose_write_off(
            uow, loan_id=loan_id, operator_id=caller.party, note=note
        )
    return await lending.propose_act(
        uow,
        loan_id=loan_id,
        act=await _act(uow, loan_id, wanted),
        operator_id=caller.party,
        note=note,
    )


async def _act(
    uow: UnitOfWork, loan_id: str, wanted: lending.Act | NewPlan
) -> lending.Act:
    if isinstance(wanted, NewPlan):
        return await lending.restructuring(uow, loan_id=loan_id, plan=wanted)
    return wanted


async def _subject(uow: UnitOfWork, *, loan_id: str) -> Subject:
    loan = await lending.get_loan(uow, loan_id=loan_id)
    names = await identity.get_names(uow, {loan.borrower})
    events = list(await lending.list_events(uow, loan_id=loan_id))
    return Subject(
        loan,
        names[loan.borrower],
        await lending.loan_state(uow, loan_id=loan_id),
        list(await lending.list_receipts(uow, loan_id=loan_id)),
        _standing_charges(events),
    )


def _standing_charges(events: list[LoanEvent]) -> list[LoanEvent]:
    """Return the charges and late fees that nobody has cancelled."""
    gone = {
        event.details["charge"] for event in events if event.kind == "charge_cancelled"
    }
    made = ("charge_added", "late_fee_charged")
    return [one for one in events if one.kind in made and one.number not in gone]
