"""What one operator proposed for running loans, with what it would do, for the second."""

from dataclasses import dataclass
from typing import Final

from contracts import loan as loans
from finance import approvals
from finance.approvals import Approval
from finance.lending import acts, losses, repository
from finance.lending.acts import PREFIX, Act, read_act, require_fitting
from finance.lending.history import History
from finance.lending.model import Loan
from finance.lending.outlook import Outlook, outlook_of
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from ledger.ids import PartyId

MOST_PROPOSALS: Final = 20


@dataclass(frozen=True)
class Proposal:
    """An act that waits for a second operator, tried on the loan as it stands now.

    ``after`` is None where it can no more be done, and ``refusal`` says why.
    """

    approval: Approval
    loan: Loan
    act: Act | loans.WrittenOff
    before: Outlook
    after: Outlook | None
    refusal: Refusal | None


async def list_proposals(uow: UnitOfWork) -> list[Proposal]:
    """Return the acts that wait longest, each with its loan before and after it."""
    waiting = await approvals.list_waiting(uow, prefix=PREFIX, limit=MOST_PROPOSALS)
    ids = {one.concerns for one in waiting}
    known = await repository.get_loans(uow, ids)
    events = await repository.list_events_of(uow, ids)
    read = {id_: History.read(uow, loan, events[id_]) for id_, loan in known.items()}
    return [_tried(one, read[one.concerns]) for one in waiting]


async def approve_proposal(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Loan:
    """Agree to an act or a write-off, whichever was proposed, as the second operator."""
    approval = await approvals.get_approval(uow, approval_id=approval_id)
    if approval.kind == losses.KIND:
        agree = losses.approve_write_off
    else:
        agree = acts.approve_act
    return await agree(uow, approval_id=approval_id, operator_id=operator_id)


def _tried(approval: Approval, history: History) -> Proposal:
    act: Act | loans.WrittenOff
    if approval.kind == losses.KIND:
        act = loans.WrittenOff(on=history.uow.today(), ordinal=history.next)
    else:
        act = read_act(history.loan, approval)
    before = outlook_of(history.state(history.uow.today()))
    after = refusal = None
    try:
        if isinstance(act, loans.WrittenOff):
            after = outlook_of(losses.state_written_off(history))
        else:
            after = outlook_of(require_fitting(history, act))
    except Refusal as refused:
        refusal = refused
    return Proposal(approval, history.loan, act, before, after, refusal)
