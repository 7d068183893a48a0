"""What is written of a loan: the agreement as a page, and printed in both languages."""

import asyncio
from collections.abc import Sequence
from typing import Final

from contracts import agreement, documents
from contracts.documents import Language, Press
from contracts.signing import AgreementMessage
from finance import approvals, rulepacks, signing
from finance.lending import repository
from finance.lending.model import Agreement, AgreementForm, Loan
from finance.raising import Pledge
from finance.signing import Custody
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
        borrower=await _named(uow, loan.borrower),
        operator=await _named(uow, await approver(uow, loan)),
        lenders=tuple(
            agreement.LenderPart(pledge.party, pledge.amount) for pledge in pledges
        ),
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


async def _named(uow: UnitOfWork, party_id: str) -> agreement.Party:
    party = await identity.get_party(uow, party_id=party_id)
    return agreement.Party(party.id, party.name)
