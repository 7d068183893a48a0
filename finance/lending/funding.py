"""From a funded offer to a loan: its notes and its agreement, and the money out."""

from collections.abc import Mapping
from typing import Final

from contracts import loan as loans
from contracts.documents import Press
from contracts.months import add_months
from contracts.terms import Terms
from finance import raising, rulepacks, signing, wallets
from finance.lending import books, papers, repository, rules, sureties, taxes
from finance.lending.events import LoanAgreed, LoanDisbursed
from finance.lending.history import History
from finance.lending.model import (
    Acceptance,
    Application,
    ApplicationStatus,
    Claim,
    Loan,
    LoanStatus,
    Note,
)
from finance.raising import Pledge
from finance.wallets import PayoutPurpose, chart
from ledger.database import UnitOfWork
from ledger.ids import AccountId, PartyId, new_id
from ledger.money import Money

CLICK: Final = "click"


async def form_loan(
    uow: UnitOfWork, *, offer_id: str, press: Press | None = None
) -> Loan | None:
    """Make the loan of a funded offer, with its notes and its agreement, once.

    Every lender accepted the terms offered by pledging; the borrower and its sureties
    have yet to sign the agreement before money moves. A ``press`` prints it in both
    languages; without one it is a page only. None when the offer raises for something
    else.
    """
    application = await repository.find_application_of(uow, offer_id)
    if application is None:
        return None
    known = await repository.find_loan_of(uow, offer_id)
    if known is not None:
        return known
    application.move(ApplicationStatus.FUNDED, after=ApplicationStatus.LISTED)
    pledges = await raising.list_captured(uow, offer_id=offer_id)
    loan = await _new_loan(uow, application, offer_id)
    uow.add(loan)
    await uow.session.flush()
    await _make_notes(uow, loan, pledges)
    document = await papers.write_agreement(uow, loan, pledges, press=press)
    levels = await signing.list_levels(uow, offer_id)
    behind = await sureties.list_sureties(uow, application.id)
    offered = rules.hash_terms(application.quote, sureties.written(behind))
    _record_lenders(uow, loan, offered=offered, pledges=pledges, levels=levels)
    uow.record(
        LoanAgreed(
            loan.id,
            application.id,
            loan.borrower,
            loan.principal,
            len(pledges),
            document.sha256.hex(),
        )
    )
    return loan


async def fail_application(uow: UnitOfWork, *, offer_id: str) -> None:
    """Take note that an offer did not reach its target."""
    application = await repository.find_application_of(uow, offer_id)
    if application is not None and application.status == ApplicationStatus.LISTED:
        application.move(ApplicationStatus.FAILED, after=ApplicationStatus.LISTED)


async def _new_loan(uow: UnitOfWork, application: Application, offer_id: str) -> Loan:
    terms = _starting_today(application.quoted_terms, uow)
    loan_id = new_id("loan", uow.now())
    currency = terms.currency
    places = await books.open_loan_accounts(uow, loan_id, currency)
    return Loan(
        id=loan_id,
        application=application.id,
        offer=offer_id,
        borrower=application.party,
        principal=terms.principal,
        terms=terms.to_json(),
        principal_account=places[Claim.PRINCIPAL],
        interest_account=places[Claim.INTEREST],
        fee_account=places[Claim.FEES],
        collections_account=await chart.collections(uow, loan_id, currency),
        principal_booked_minor=0,
        interest_booked_minor=0,
        fees_booked_minor=0,
        status=LoanStatus.AWAITING_SIGNATURE.value,
        created_at=uow.now(),
    )


def _starting_today(terms: Terms, uow: UnitOfWork) -> Terms:
    return terms.starting(uow.today(), add_months(uow.today(), 1))


async def _make_notes(uow: UnitOfWork, loan: Loan, pledges: list[Pledge]) -> None:
    ids = [new_id("note", uow.now()) for _ in pledges]
    opened = await books.open_note_accounts(uow, ids, loan.currency)
    residencies = await repository.find_residencies(uow, loan.offer)
    pack = rulepacks.home()
    for pledge, note_id, places in zip(pledges, ids, opened, strict=True):
        uow.add(
            Note(
                id=note_id,
                loan=loan.id,
                lender=pledge.party,
                pledge=pledge.id,
                principal=pledge.amount,
                withholding_bps=taxes.withholding_bps(
                    pack, residencies[pledge.party], uow.today()
                ),
                principal_account=places[Claim.PRINCIPAL],
                interest_account=places[Claim.INTEREST],
                fee_account=places[Claim.FEES],
            )
        )


def _record_lenders(
    uow: UnitOfWork,
    loan: Loan,
    *,
    offered: bytes,
    pledges: list[Pledge],
    levels: Mapping[str, str],
) -> None:
    """Put each lender's acceptance on record: of the terms it pledged to, when it did."""
    seen = set()
    for pledge in pledges:
        if pledge.party in seen:
            continue
        seen.add(pledge.party)
        uow.add(
            Acceptance(
                loan=loan.id,
                party=pledge.party,
                role="lender",
                document_hash=offered,
                signature_level=levels.get(pledge.id, CLICK),
                accepted_at=pledge.placed_at,
            )
        )


async def disburse(uow: UnitOfWork, loan: Loan) -> None:
    """Send the money out, begin the notes, and let payments find the loan."""
    terms = _starting_today(loan.agreed_terms, uow)
    fee = terms.fees.upfront or Money.zero(loan.currency)
    borrower = PartyId(loan.borrower)
    notes = await repository.list_notes(uow, loan.id)
    paid = await books.book_disbursement(uow, loan, notes, fee)
    await wallets.request_payout(
        uow,
        party_id=borrower,
        amount=loan.principal - fee,
        purpose=PayoutPurpose.DISBURSEMENT,
        subject=loan.id,
        funding_entry=paid,
    )
    await wallets.register_reference(
        uow,
        reference=loan.id,
        account=AccountId(loan.collections_account),
        currency=loan.currency,
        subject=loan.id,
    )
    loan.terms = terms.to_json()
    loan.add_booked(Claim.PRINCIPAL, loan.principal)
    loan.disbursed_on = uow.today()
    loan.status = LoanStatus.ACTIVE.value
    history = await History.of(uow, loan)
    history.append(
        loans.Disbursed(on=uow.today(), ordinal=history.next, amount=loan.principal)
    )
    uow.record(LoanDisbursed(loan.id, loan.principal, fee, uow.today()), entries=[paid])
