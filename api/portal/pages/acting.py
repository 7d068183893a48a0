"""What the second operator says to an act on a running loan, from the queue."""

from functools import partial

from fastapi import Response

from api.http.callers import Operator
from api.portal.desk import At
from api.portal.guard import make_pages
from api.portal.pages.queue import queue_page
from api.wire import ApprovalRef
from finance import lending

router = make_pages()


@router.post("/queue/acts/{approval_id}/approve")
async def approve_act(approval_id: ApprovalRef, desk: At, caller: Operator) -> Response:
    """Agree; the act takes effect and the books follow."""
    return await desk.act(
        partial(
            lending.approve_proposal,
            approval_id=approval_id,
            operator_id=caller.party,
        ),
        done="/queue?done=act_agreed",
        again=partial(queue_page, caller=caller),
    )


@router.post("/queue/acts/{approval_id}/decline")
async def decline_act(approval_id: ApprovalRef, desk: At, caller: Operator) -> Response:
    """Disagree; the loan stays as it is."""
    return await desk.act(
        partial(lending.decline_act, approval_id=approval_id, operator_id=caller.party),
        done="/queue?done=act_declined",
        again=partial(queue_page, caller=caller),
    )
