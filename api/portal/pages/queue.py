"""The operators' queue: what waits for people, and what went wrong with money."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Form, Response

from api.auth import Caller
from api.http.callers import Operator, Staff
from api.portal.desk import At, Desk
from api.portal.fields import Reason, Text, choose
from api.portal.guard import make_pages
from api.portal.pages.request import AskedWish, answered, read_request
from api.portal.wishes import Wish
from api.wire import ApplicationRef, PartyRef
from finance import approvals, lending, wallets
from finance.approvals import Approval
from finance.lending import Application, ApplicationStatus, Surety
from finance.signing import SignerRole
from finance.wallets import Payout, PayoutState
from ledger import statements
from ledger.database import UnitOfWork
from ledger.statements import TrialLine
from risk import identity
from risk import statements as files
from risk.identity import PROVINCES, Firm, Sector
from risk.statements import UnnamedTable

router = make_pages()

MOST_OPEN_DAYS = 60
OpenDays = Annotated[int, Form(ge=1, le=MOST_OPEN_DAYS)]
WAITING = (ApplicationStatus.REVIEWED, ApplicationStatus.ASSESSED)
STANDS = (SignerRole.GUARANTOR, SignerRole.TRUSTEE)
TROUBLED = (PayoutState.UNKNOWN, PayoutState.FAILED)

Step = Callable[..., Awaitable[object]]


@dataclass(frozen=True)
class Waiting:
    """An application that waits for a person, and what the first one said."""

    application: Application
    firm: str
    approval: Approval | None


@dataclass(frozen=True)
class Proposed:
    """An act on a running loan that waits for a second person, with who is who."""

    what: lending.Proposal
    firm: str
    operator: str


@dataclass(frozen=True)
class Queue:
    """All that operators must look at."""

    waiting: list[Waiting]
    refused: list[Waiting]
    payouts: list[Payout]
    trial: list[TrialLine]
    clock_stop: lending.dayend.ClockStop | None
    tables: list[tuple[UnnamedTable, str]]
    acts: list[Proposed]


@router.get("/queue")
async def show_queue(desk: At, caller: Operator) -> Response:
    """Show what waits, the oldest first."""
    return await queue_page(desk, caller=caller)


async def queue_page(desk: Desk, *, caller: Caller) -> Response:
    """Return the page of all that waits."""
    queue = await desk.db.read(_read_queue)
    return desk.page(
        "queue.html", queue=queue, me=caller.party, most_acts=lending.MOST_PROPOSALS
    )


@router.get("/queue/{application_id}")
async def show_application(
    application_id: ApplicationRef,
    desk: At,
    caller: Staff,
    wish: AskedWish,
    *,
    replay: bool = False,
) -> Response:
    """Show one application with all that speaks for and against it."""
    return await _application_page(
        desk, application_id=application_id, caller=caller, wish=wish, replay=replay
    )


@router.post("/queue/{application_id}/override")
async def propose_override(
    application_id: ApplicationRef, desk: At, caller: Operator, reason: Reason
) -> Response:
    """Say why a refusal should be set aside."""
    step = partial(lending.propose_override, reason=reason)
    return await _decide(
        desk, application_id, caller=caller, step=step, done="proposed"
    )


@router.post("/queue/{application_id}/firm")
async def describe_firm(
    application_id: ApplicationRef,
    desk: At,
    caller: Operator,
    sector: Text,
    province: Text,
) -> Response:
    """Settle what the firm does and where, for the limits."""
    step = partial(_describe, sector=choose(Sector, sector), province=province)
    return await _decide(desk, application_id, caller=caller, step=step, done="firm")


@router.post("/queue/{application_id}/override/approve")
async def approve_override(
    application_id: ApplicationRef, desk: At, caller: Operator
) -> Response:
    """Agree as the second person to set a refusal aside."""
    step = lending.approve_override
    return await _decide(
        desk, application_id, caller=caller, step=step, done="overridden"
    )


@router.post("/queue/{application_id}/override/decline")
async def decline_override(
    application_id: ApplicationRef, desk: At, caller: Operator
) -> Response:
    """Let a refusal stand."""
    step = lending.decline_override
    return await _decide(
        desk, application_id, caller=caller, step=step, done="kept_refused"
    )


@router.post("/queue/{application_id}/sureties")
async def name_surety(
    application_id: ApplicationRef,
    desk: At,
    caller: Operator,
    party: Annotated[PartyRef, Form()],
    role: Text,
) -> Response:
    """Name a trustee or guarantor by the party's id."""
    stands_as = choose(SignerRole, role, among=STANDS)
    step = partial(lending.name_surety, party_id=party, role=stands_as)
    return await _name(desk, application_id, caller=caller, step=step)


@router.post("/queue/{application_id}/sureties/{party_id}/release")
async def release_surety(
    application_id: ApplicationRef, party_id: PartyRef, desk: At, caller: Operator
) -> Response:
    """Take a surety off again."""
    step = partial(lending.release_surety, party_id=party_id)
    return await _name(desk, application_id, caller=caller, step=step)


@router.post("/queue/{application_id}/review")
async def review(
    application_id: ApplicationRef, desk: At, caller: Operator, note: Reason
) -> Response:
    """Recommend an application to a second person."""
    step = partial(lending.review_application, note=note)
    return await _decide(
        desk, application_id, caller=caller, step=step, done="reviewed"
    )


@router.post("/queue/{application_id}/approve")
async def approve(
    application_id: ApplicationRef, desk: At, caller: Operator, open_days: OpenDays
) -> Response:
    """Agree as the second person; the offer opens."""
    step = partial(lending.approve_application, open_days=open_days)
    return await _decide(
        desk, application_id, caller=caller, step=step, done="approved"
    )


@router.post("/queue/{application_id}/decline")
async def decline(
    application_id: ApplicationRef, desk: At, caller: Operator, reason: Reason
) -> Response:
    """Say no, and why."""
    step = partial(lending.decline_application, reason=reason)
    return await _decide(
        desk, application_id, caller=caller, step=step, done="declined"
    )


async def _describe(
    uow: UnitOfWork,
    *,
    application_id: str,
    operator_id: str,
    sector: Sector,
    province: str,
) -> None:
    """Describe the firm of an application; its group stays as it is."""
    found = await lending.get_application(uow, application_id=application_id)
    known = await identity.find_firm(uow, party_id=found.party)
    await identity.describe_firm(
        uow,
        party_id=found.party,
        sector=sector,
        province=province,
        head=known.head if known else None,
        by=operator_id,
    )


async def _decide(
    desk: Desk, application_id: str, *, caller: Caller, step: Step, done: str
) -> Response:
    return await desk.act(
        lambda uow: step(uow, application_id=application_id, operator_id=caller.party),
        done=f"/queue?done={done}",
        again=partial(_application_page, application_id=application_id, caller=caller),
    )


async def _name(
    desk: Desk, application_id: str, *, caller: Caller, step: Step
) -> Response:
    """Change who stands behind an application, and show it again."""
    return await desk.act(
        lambda uow: step(uow, application_id=application_id, operator_id=caller.party),
        done=f"/queue/{application_id}?done=sureties",
        again=partial(_application_page, application_id=application_id, caller=caller),
    )


async def _application_page(
    desk: Desk,
    *,
    application_id: str,
    caller: Caller,
    wish: Wish | None = None,
    replay: bool = False,
) -> Response:
    read = await desk.db.read(read_request, application_id=application_id)
    found, described = await desk.db.read(_read_one, application_id=application_id)
    behind = await desk.db.read(_behind, application_id=application_id)
    again = None
    if replay:
        again = await desk.db.read(
            lending.replay_decision, application_id=application_id
        )
    desk, answer = await answered(desk, read.application, wish or Wish())
    return desk.page(
        "application.html",
        **vars(read),
        waiting=found,
        behind=behind,
        described=described,
        hard=lending.hard_reason(read.application),
        answer=answer,
        provinces=PROVINCES,
        replay=again,
        me=caller.party,
    )


async def _read_queue(uow: UnitOfWork) -> Queue:
    waiting: list[Waiting] = []
    for status in WAITING:
        waiting += reversed(await _in_state(uow, status))
    refused = await _in_state(uow, ApplicationStatus.REFUSED)
    troubled = await wallets.list_payouts(uow, states=TROUBLED)
    trial = await statements.trial_balance(uow)
    stop = await lending.dayend.find_stop(uow)
    tables = await files.list_unnamed(uow)
    names = await identity.get_names(uow, {one.party for one in tables})
    unnamed = [(one, names[one.party]) for one in tables]
    acts = await _proposed(uow)
    return Queue(waiting, refused, troubled.items, trial, stop, unnamed, acts)


async def _proposed(uow: UnitOfWork) -> list[Proposed]:
    found = await lending.list_proposals(uow)
    firms = {one.loan.borrower for one in found}
    operators = {one.approval.proposed_by for one in found}
    names = await identity.get_names(uow, firms | operators)
    return [
        Proposed(one, names[one.loan.borrower], names[one.approval.proposed_by])
        for one in found
    ]


async def _in_state(uow: UnitOfWork, status: ApplicationStatus) -> list[Waiting]:
    page = await lending.list_applications(uow, status=status.value)
    return await _waiting(uow, page.items)


async def _read_one(
    uow: UnitOfWork, *, application_id: str
) -> tuple[Waiting, Firm | None]:
    application = await lending.get_application(uow, application_id=application_id)
    (waiting,) = await _waiting(uow, [application])
    firm = await identity.find_firm(uow, party_id=application.party)
    return waiting, firm


async def _waiting(
    uow: UnitOfWork, applications: Sequence[Application]
) -> list[Waiting]:
    names = await identity.get_names(uow, {one.party for one in applications})
    proposed = await approvals.find_pending_about(uow, [one.id for one in applications])
    return [
        Waiting(one, names[one.party], proposed.get(one.id)) for one in applications
    ]


async def _behind(uow: UnitOfWork, *, application_id: str) -> list[tuple[Surety, str]]:
    """Return who stands behind an application, by name."""
    named = await lending.list_sureties(uow, application_id=application_id)
    names = await identity.get_names(uow, {one.party for one in named})
    return [(one, names[one.party]) for one in named]
