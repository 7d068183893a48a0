"""What is written of a loan: the agreement as a page, and printed in both languages."""

import asyncio
from collections.abc import Sequence
from typing import Final

from contracts import agreement, documents, inforce
from contracts.documents import Language, LoanRisk, Press, Source
from contracts.inforce import Plan
from contracts.signing import AgreementMessage
from finance import approvals, raising, rulepacks, signing
from finance.lending import repository, sureties
from finance.lending.history import History, kind_of
from finance.lending.model import Agreement, AgreementForm, Loan
from finance.raising import Offer, Pledge
from finance.signing import Custody
from ledger.clock import business_date
from ledger.database import UnitOfWork
from ledger.errors import existing
from risk import identity

SOURCE: Final = "source.json"


def form_of(language: Language) -> str:
    """Return the name of the agreement's print in a language."""
    return f"{language}.pdf"


async def write_agreement(
    uow: UnitOfWork, loan: Loan, pledges: Sequence[Pledge], *, press: Press | None
) -> Agreement:
    """Write the agreement for the day it is made; a later payout moves its dates."""
    agreed = agreement.Agreement(
        loan_id=loan.id,
        made_on=uow.today(),
        borrower=await named(uow, loan.borrower),
        operator=await named(uow, await approver(uow, loan)),
        lenders=tuple(
            agreement.LenderPart(pledge.party, pledge.amount) for pledge in pledges
        ),
        sureties=await _sureties(uow, loan),
        terms=loan.agreed_terms,
        reflection_days=rulepacks.home().days("reflection_period", on=uow.today()),
    )
    page = agreement.render(agreed)
    kept = Agreement(
        loan=loan.id, document=page.content, sha256=bytes.fromhex(page.sha256)
    )
    uow.add(kept)
    if press is not None:
        uow.add(*await _print(press, loan.id, agreed))
    return kept


async def _sureties(uow: UnitOfWork, loan: Loan) -> tuple[agreement.Surety, ...]:
    behind = await sureties.list_sureties(uow, loan.application)
    return tuple(
        [agreement.Surety(one.role, await named(uow, one.party)) for one in behind]
    )


async def approver(uow: UnitOfWork, loan: Loan) -> str:
    """Return who approved the loan: the person who signs for the operator."""
    application = await repository.get_application(uow, loan.application)
    approval_id = existing(application.approval, "a listed application was approved")
    approval = await approvals.get_approval(uow, approval_id=approval_id)
    return existing(approval.decided_by, "who approved is known")


async def agreement_message(
    uow: UnitOfWork, loan_id: str, *, custody: Custody | None
) -> AgreementMessage:
    """Return what the parties sign: the hash of the page and of every print."""
    page = await repository.get_agreement(uow, loan_id)
    forms = await repository.list_forms(uow, loan_id)
    return AgreementMessage(
        signing.platform_of(custody),
        loan_id,
        page.sha256,
        {form.name: form.sha256 for form in forms},
    )


async def agreed_schedule_source(uow: UnitOfWork, *, loan: Loan) -> Source:
    """Write the schedule of a loan as agreed, from the day the money went out."""
    return documents.repayment_schedule(
        loan.id,
        made_on=loan.disbursed_on or business_date(loan.created_at),
        borrower=await named(uow, loan.borrower),
        operator=await named(uow, await approver(uow, loan)),
        terms=loan.agreed_terms,
    )


async def schedule_source(uow: UnitOfWork, *, loan: Loan) -> Source:
    """Write the schedule of a loan as it stands, and since when and by which act."""
    agreed = await agreed_schedule_source(uow, loan=loan)
    plan = await plan_of(uow, loan=loan)
    if plan.changed is None:
        return agreed
    return documents.changed_schedule(
        agreed, plan, made_on=uow.today(), act=kind_of(plan.changed)
    )


async def plan_of(uow: UnitOfWork, *, loan: Loan) -> Plan:
    """Return the plan of a loan that is in force today."""
    history = await History.of(uow, loan)
    return inforce.plan(history.terms, history.events, uow.today())


async def loan_information(uow: UnitOfWork, *, offer: Offer) -> Source:
    """Write the key information sheet of a loan that is offered to lenders."""
    application = await repository.get_application(uow, offer.subject)
    judged, pack = application.decision, rulepacks.home()
    on = business_date(offer.opens_at)
    risk = LoanRisk(
        grade=judged["grade"],
        score=judged["score"],
        default_bps=int(judged["pd_bps"]),
        servicing_bps=pack.bps("servicing_fee", on=on),
        tax_bps=pack.bps("interest_tax_resident", on=on),
        tax_abroad_bps=pack.bps("interest_tax_non_resident", on=on),
        default_after_days=pack.days("default_after", on=on),
    )
    return documents.loan_information(
        await raising.invitation(uow, offer), risk, application.quoted_terms
    )


async def _print(
    press: Press, loan_id: str, agreed: agreement.Agreement
) -> list[AgreementForm]:
    source = documents.loan_agreement(agreed)
    forms = [AgreementForm.of(loan_id, SOURCE, source.encoded)]
    for language in Language:
        # Printing takes a tenth of a second; nobody else is to wait for it.
        printed = await asyncio.to_thread(press.print, source, language)
        forms.append(AgreementForm.of(loan_id, form_of(language), printed.content))
    return forms


async def named(uow: UnitOfWork, party_id: str) -> agreement.Party:
    """Return a party as documents name it."""
    party = await identity.get_party(uow, party_id=party_id)
    return agreement.Party(party.id, party.name)
