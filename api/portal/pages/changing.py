"""Try a change of a running loan, see what it does, and ask a second operator to agree."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from fastapi import Response

from api import problems
from api.auth import Caller
from api.http.callers import Operator
from api.portal import changes
from api.portal.changes import Change, Typed
from api.portal.desk import At, Desk
from api.portal.fields import Reason
from api.portal.guard import make_pages
from api.wire import LoanRef
from contracts.loan import InstalmentState, LoanState
from finance import lending
from finance.approvals import Approval
from finance.lending import Loan, LoanEvent, NewPlan, Preview, Receipt
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from ledger.money import Money
from risk import identity

router = make_pages()

MOST_NOTES: Final = 20


@dataclass(frozen=True)
class Subject:
    """The loan to be changed, with what a change of it can name."""

    loan: Loan
    firm: str
    state: LoanState
    receipts: list[tuple[Receipt, Money]]
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
    """Ask a second operator to agree to exactly the change that the form carries."""
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
    loan = subject.loan
    if change not in changes.open_to(loan.status):
        raise lending.LoanNotOpen(status=loan.status)
    typed = Typed.of(sent, loan.currency)
    desk = replace(desk, currency=loan.currency)
    preview: Preview | None = None
    if change is Change.WRITE_OFF or "on" in typed.fields:
        attempt = partial(_try, loan_id=loan_id, change=change, typed=typed)
        try:
            preview = await desk.db.read(attempt)
        except Refusal as refusal:
            desk = replace(desk, trouble=desk.trouble or problems.trouble_of(refusal))
    return desk.page(
        "changing.html",
        subject=subject,
        loan=loan,
        change=change.value,
        typed=typed.fields,
        ahead=_still_to_come(subject.state, typed.fields.get("on", "")),
        preview=preview,
        note=sent.get("note", ""),
        most_notes=MOST_NOTES,
    )


async def _try(
    uow: UnitOfWork, *, loan_id: str, change: Change, typed: Typed
) -> Preview:
    wanted = typed.read(change)
    if wanted is None:
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
    if wanted is None:
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
        _left(await lending.list_receipts(uow, loan_id=loan_id), events),
        _standing_charges(events),
    )


def _standing_charges(events: list[LoanEvent]) -> list[LoanEvent]:
    """Return the charges and late fees that nobody has cancelled."""
    gone = {
        event.details["charge"] for event in events if event.kind == "charge_cancelled"
    }
    made = ("charge_added", "late_fee_charged")
    return [one for one in events if one.kind in made and one.number not in gone]


def _left(
    receipts: Sequence[Receipt], events: list[LoanEvent]
) -> list[tuple[Receipt, Money]]:
    """Return the receipts of which the bank may still take something back, and how much."""
    gone: Counter[str] = Counter()
    for event in events:
        if event.kind == "charged_back":
            gone[event.details["receipt_id"]] += event.details["amount"]
    left = [(one, one.amount - Money(gone[one.id], one.currency)) for one in receipts]
    return [(one, amount) for one, amount in left if amount]


def _still_to_come(state: LoanState, on: str) -> list[InstalmentState]:
    """Return the instalments that are unpaid and later than the day a change counts from."""
    day = on or state.on.isoformat()
    return [
        one for one in state.instalments if one.unpaid and one.due_on.isoformat() > day
    ]
