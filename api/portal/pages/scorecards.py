"""The scorecards' page: what decides, how it is doing, and its change by two people."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from fastapi import File, Form, Response, UploadFile

from api import problems
from api.auth import Caller
from api.http.callers import Operator, Staff
from api.portal.desk import At, Desk
from api.portal.errors import FileMissing
from api.portal.fields import Hex, Reason, Text, one_of
from api.portal.guard import make_pages
from api.wire import ApprovalRef
from finance import lending, scorecards
from finance.scorecards import Adopted, Role
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from risk import modelcard
from risk.modelcard import Brief

router = make_pages()
uploads = make_pages(files=True)

MOST_BYTES = 256 * 1024
Sent = Annotated[UploadFile | None, File()]


@dataclass(frozen=True)
class Proposed:
    """A card that waits for a second person."""

    approval_id: str
    role: Role
    card: Brief
    note: str
    is_own: bool


@dataclass(frozen=True)
class Shown:
    """The cards in use, what waits, who had which role, and the watch's figures."""

    in_use: list[tuple[Role, Brief]]
    waiting: list[Proposed]
    adopted: list[Adopted]
    watch: dict[str, Any]


@router.get("/scorecards")
async def show_scorecards(desk: At, caller: Staff) -> Response:
    """Show which card decides, how it is doing, and what waits for a second person."""
    return await _page(desk, caller=caller)


@uploads.post("/scorecards")
async def propose_card(
    desk: At, caller: Operator, role: Text, reason: Reason, file: Sent = None
) -> Response:
    """Ask a second operator to put a card into a role."""
    again = partial(_page, caller=caller)
    try:
        artefact = await _read_file(file)
    except Refusal as refusal:
        return await again(replace(desk, trouble=problems.trouble_of(refusal)))
    chosen = one_of(Role, role) or Role.CHALLENGER
    propose = partial(scorecards.propose_adoption, artefact=artefact, role=chosen)
    step = partial(propose, operator_id=caller.party, note=reason)
    return await desk.act(step, done="/scorecards?done=card_proposed", again=again)


@router.post("/scorecards/{approval_id}/approve")
async def approve(
    approval_id: ApprovalRef,
    desk: At,
    caller: Operator,
    sha256: Annotated[Hex, Form()],
) -> Response:
    """Agree to exactly the card that was shown."""
    step = partial(
        scorecards.approve_adoption,
        approval_id=approval_id,
        sha256=sha256,
        operator_id=caller.party,
    )
    done = "/scorecards?done=card_adopted"
    return await desk.act(step, done=done, again=partial(_page, caller=caller))


@router.post("/scorecards/{approval_id}/decline")
async def decline(approval_id: ApprovalRef, desk: At, caller: Operator) -> Response:
    """Leave the card in use where it is."""
    step = partial(
        scorecards.decline_adoption, approval_id=approval_id, operator_id=caller.party
    )
    done = "/scorecards?done=card_declined"
    return await desk.act(step, done=done, again=partial(_page, caller=caller))


async def _read_file(file: UploadFile | None) -> str:
    if file is None or not file.filename:
        raise FileMissing
    try:
        return (await file.read(MOST_BYTES)).decode()
    except UnicodeDecodeError as wrong:
        raise scorecards.ScorecardUnreadable from wrong


async def _page(desk: Desk, *, caller: Caller) -> Response:
    shown = await desk.db.read(_read, caller=caller)
    return desk.page("scorecards.html", shown=shown, card_roles=list(Role))


async def _read(uow: UnitOfWork, *, caller: Caller) -> Shown:
    champion = await scorecards.find_artefact(uow, Role.CHAMPION)
    challenger = await scorecards.find_artefact(uow, Role.CHALLENGER)
    in_use = [(Role.CHAMPION, modelcard.brief(champion or modelcard.read_artefact()))]
    if challenger is not None:
        in_use.append((Role.CHALLENGER, modelcard.brief(challenger)))
    waiting = [
        Proposed(
            one.approval.id,
            one.role,
            modelcard.brief(one.artefact),
            one.approval.note,
            one.approval.proposed_by == caller.party,
        )
        for one in await scorecards.list_waiting(uow)
    ]
    adopted = await scorecards.list_adoptions(uow)
    return Shown(in_use, waiting, adopted, await lending.watch_in_use(uow))
