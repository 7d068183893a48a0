"""From a firm's request to an open offer: score, price, and two people."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from finance import approvals, raising, rulepacks, scorecards
from finance.approvals import Approval
from finance.lending import (
    exposure,
    pricing,
    quoting,
    repository,
    rules,
    shadowing,
    sureties,
)
from finance.lending.errors import LimitReached, StatementsNeeded
from finance.lending.events import (
    ApplicationApproved,
    ApplicationDeclined,
    ApplicationReviewed,
    ApplicationSubmitted,
)
from finance.lending.model import Application, ApplicationStatus
from finance.lending.quoting import LoanRequest
from finance.raising import Offer, OfferTerms, Product
from finance.rulepacks import RulePack
from finance.scorecards import Role
from ledger.database import UnitOfWork
from ledger.errors import NotFound, existing
from ledger.ids import PartyId, new_id
from ledger.money import Money
from risk import corrections, identity, receivables, statements
from risk.decision import Decision, Outcome, Source
from risk.receivables import Bills

KIND: Final = "application"


async def submit_application(
    uow: UnitOfWork,
    *,
    party_id: PartyId,
    wanted: LoanRequest,
    purpose: str,
    statement_ids: Sequence[str],
    invoice_file_ids: Sequence[str] = (),
) -> Application:
    """Ask for a loan; the score answers at once, people answer after it.

    Raises:
        PartyNotVerified: Nobody has checked yet who this is.
        AmountOutsideLimits, TermOutsideLimits, MethodNotOffered: The market's rules.
        NotFound: A statement or a list of invoices is unknown, or another's.
        StatementsNeeded: None of them is in the currency.
    """
    party = await identity.get_party(uow, party_id=party_id)
    party.require_verified()
    pack, today = rulepacks.home(), uow.today()
    wanted.require_within_limits(pack, today)
    sources = await read_sources(uow, party_id, wanted.amount, statement_ids)
    context = await _context(uow, pack, party_id, wanted.amount)
    bills = await read_bills(uow, party_id, wanted.amount, invoice_file_ids)
    context = replace(context, bills=bills)
    decided = pricing.assess(pack, sources, wanted=wanted, on=today, context=context)
    terms = quoting.terms_of(
        pack, wanted, rate_bps=decided.rate_bps, starts_on=today, off=context.days_off
    )
    application = Application(
        id=new_id("app", uow.now()),
        party=party_id,
        amount=wanted.amount,
        term_months=wanted.term_months,
        purpose=purpose,
        statements=list(statement_ids),
        invoice_files=list(invoice_file_ids),
        decision=decided.to_json(),
        quote=quoting.quote(pack, terms).to_json(),
        status=_first_status(decided).value,
        overrides=[],
        submitted_at=uow.now(),
    )
    uow.add(application)
    await shadowing.score_in_shadow(uow, application, decided)
    uow.record(_submitted(application, decided))
    return application


async def _context(
    uow: UnitOfWork, pack: RulePack, party_id: PartyId, amount: Money
) -> pricing.Context:
    """Gather what stands around a request today: days off, room, the model, the rules."""
    limits = await exposure.limits_for(
        uow, pack, party_id=party_id, amount=amount, on=uow.today()
    )
    champion = await scorecards.find_in_use(uow, Role.CHAMPION)
    rulebook = await corrections.get_rulebook(uow)
    return pricing.Context(
        await quoting.days_off(uow, pack), limits, champion, rulebook
    )


def _submitted(application: Application, decided: Decision) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        application.id,
        application.party,
        application.amount,
        application.term_months,
        decided.outcome.value,
        decided.grade or "",
        decided.sha256,
    )


def _first_status(decided: Decision) -> ApplicationStatus:
    if decided.outcome is Outcome.ACCEPT:
        return ApplicationStatus.ASSESSED
    return ApplicationStatus.REFUSED


async def read_sources(
    uow: UnitOfWork, party_id: PartyId, amount: Money, statement_ids: Sequence[str]
) -> list[Source]:
    """Read the named statements again from their bytes; another's is as if unknown."""
    sources = []
    for statement_id in dict.fromkeys(statement_ids):
        kept = await statements.get_statement(uow, statement_id=statement_id)
        if kept.party != party_id:
            raise NotFound(thing="statement")
        read = await statements.reread_statement(uow, statement_id=statement_id)
        sources.append(Source(kept.sha256.hex(), read.parsed, kept.verdict))
    fitting = any(s.statement.currency == amount.currency.value for s in sources)
    if not fitting:
        raise StatementsNeeded(currency=amount.currency)
    return sources


async def read_bills(
    uow: UnitOfWork, party_id: PartyId, amount: Money, invoice_file_ids: Sequence[str]
) -> Bills:
    """Read what customers owe the firm, in the currency it asks for, from the kept bytes."""
    return await receivables.read_bills(
        uow,
        party_id=party_id,
        currency=amount.currency,
        invoice_file_ids=invoice_file_ids,
    )


async def review_application(
    uow: UnitOfWork, *, application_id: str, operator_id: PartyId, note: str
) -> Approval:
    """Recommend an application, on exactly its terms; a second operator decides."""
    application = await repository.get_application(uow, application_id, lock=True)
    approvals.require_stranger(operator_id, asks=application.party)
    await sureties.require_strangers(uow, application_id, operator_id)
    application.move(ApplicationStatus.REVIEWED, after=ApplicationStatus.ASSESSED)
    approval = await approvals.propose(
        uow,
        kind=KIND,
        concerns=application.id,
        request=await _request(uow, application),
        by=operator_id,
        note=note,
    )
    await uow.session.flush()
    application.approval = approval.id
    uow.record(ApplicationReviewed(application.id, approval.id, reviewer=operator_id))
    return approval


async def approve_application(
    uow: UnitOfWork, *, application_id: str, operator_id: PartyId, open_days: int
) -> Offer:
    """Agree, as a second person, and offer the loan to lenders.

    Raises:
        SamePerson, OwnCase: The reviewer cannot approve, nor can who asks.
        ApplicationNotWaiting: It was not reviewed, or was decided before.
        LimitReached: Other loans have taken the room since.
    """
    application = await repository.get_application(uow, application_id, lock=True)
    approvals.require_stranger(operator_id, asks=application.party)
    await sureties.require_strangers(uow, application_id, operator_id)
    application.require(ApplicationStatus.REVIEWED)
    await approvals.approve(
        uow,
        approval_id=_approval_of(application),
        request=await _request(uow, application),
        by=operator_id,
    )
    await _require_room(uow, application)
    behind = await sureties.list_sureties(uow, application_id)
    offer = await raising.open_offer(
        uow,
        terms=OfferTerms(
            product=Product.LOAN,
            issuer=PartyId(application.party),
            subject=application.id,
            target=application.amount,
            deadline_at=uow.now() + timedelta(days=open_days),
            agreed=rules.hash_terms(application.quote, sureties.written(behind)),
        ),
    )
    await uow.session.flush()
    application.offer = offer.id
    application.move(ApplicationStatus.LISTED, after=ApplicationStatus.REVIEWED)
    uow.record(ApplicationApproved(application.id, offer.id, approver=operator_id))
    return offer


async def _require_room(uow: UnitOfWork, application: Application) -> None:
    """Hold an offer against the limits as they are now; others wait meanwhile."""
    await exposure.lock_limits(uow)
    limits = await exposure.limits_for(
        uow,
        rulepacks.home(),
        party_id=PartyId(application.party),
        amount=application.amount,
        on=uow.today(),
    )
    for limit in limits:
        if application.amount.minor > limit.room_minor:
            raise LimitReached(
                limit=limit.kind,
                room_minor=limit.room_minor,
                currency=application.currency,
            )


async def decline_application(
    uow: UnitOfWork, *, application_id: str, operator_id: PartyId, reason: str
) -> Application:
    """Say no to an application that waits for people, and why."""
    application = await repository.get_application(uow, application_id, lock=True)
    waiting = ApplicationStatus.ASSESSED
    if application.status == ApplicationStatus.REVIEWED:
        waiting = ApplicationStatus.REVIEWED
        await approvals.decline(
            uow, approval_id=_approval_of(application), by=operator_id
        )
    application.move(ApplicationStatus.DECLINED, after=waiting)
    uow.record(ApplicationDeclined(application.id, operator=operator_id, reason=reason))
    return application


def _approval_of(application: Application) -> str:
    return existing(application.approval, "a reviewed application has its proposal")


async def _request(uow: UnitOfWork, application: Application) -> Mapping[str, object]:
    """Return what two people agree on: who, how much, on which terms, and why."""
    behind = await sureties.list_sureties(uow, application.id)
    return {
        "kind": KIND,
        "application": application.id,
        "party": application.party,
        "quote": application.quote,
        "decision": application.decision,
        "sureties": sureties.written(behind),
    }
