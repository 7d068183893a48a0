"""How lending finds things."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Uuid, select, type_coerce
from sqlalchemy.orm import aliased

from finance.lending.model import (
    Acceptance,
    Agreement,
    AgreementForm,
    Application,
    Holding,
    Loan,
    LoanEvent,
    LoanStatus,
    Note,
    Receipt,
    ReceiptStatus,
)
from finance.raising import Pledge
from finance.wallets import Deposit, Wallet
from ledger.accounts import AccountRow, Freeze
from ledger.balances import BalanceRow
from ledger.clock import business_date
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.ids import read_id
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk.identity import Party, TaxResidency

WAITING_BATCH: Final = 100


async def get_application(
    uow: UnitOfWork, application_id: str, *, lock: bool = False
) -> Application:
    """Return an application, locked when it is to change."""
    row = await uow.session.get(Application, application_id, with_for_update=lock)
    if row is None:
        raise NotFound(thing="application")
    return row


async def find_application_of(uow: UnitOfWork, offer_id: str) -> Application | None:
    """Return the application an offer raises money for, locked."""
    return await uow.session.scalar(
        select(Application).where(Application.offer == offer_id).with_for_update()
    )


async def list_applications(
    uow: UnitOfWork,
    *,
    party_id: str | None = None,
    status: str | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Application]:
    """Return applications, newest first: a party's own, or those in a state."""
    query = select(Application)
    if party_id is not None:
        query = query.where(Application.party == party_id)
    if status is not None:
        query = query.where(Application.status == status)
    return await fetch_page(
        uow.session, query, by=Application.id, after=after, limit=limit
    )


async def get_loan(uow: UnitOfWork, loan_id: str, *, lock: bool = False) -> Loan:
    """Return a loan, locked when it is to change."""
    row = await uow.session.get(Loan, loan_id, with_for_update=lock)
    if row is None:
        raise NotFound(thing="loan")
    return row


async def get_loans(uow: UnitOfWork, loan_ids: Collection[str]) -> dict[str, Loan]:
    """Return loans by their ids, those that there are."""
    rows = await uow.session.scalars(select(Loan).where(Loan.id.in_(loan_ids)))
    return {row.id: row for row in rows}


async def find_loan_of(uow: UnitOfWork, offer_id: str) -> Loan | None:
    """Return the loan that an offer became."""
    return await uow.session.scalar(select(Loan).where(Loan.offer == offer_id))


async def list_loans(
    uow: UnitOfWork,
    *,
    borrower_id: str | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Loan]:
    """Return loans, newest first: all, or one borrower's."""
    query = select(Loan)
    if borrower_id is not None:
        query = query.where(Loan.borrower == borrower_id)
    return await fetch_page(uow.session, query, by=Loan.id, after=after, limit=limit)


async def list_unsigned(
    uow: UnitOfWork, *, before: datetime, limit: int
) -> Sequence[str]:
    """Return the ids of loans that have waited for their borrower since a moment."""
    rows = await uow.session.scalars(
        select(Loan.id)
        .where(
            Loan.status == LoanStatus.AWAITING_SIGNATURE.value,
            Loan.created_at <= before,
        )
        .order_by(Loan.id)
        .limit(limit)
    )
    return rows.all()


async def list_notes(uow: UnitOfWork, loan_id: str) -> Sequence[Note]:
    """Return the notes of a loan in the order they were made."""
    rows = await uow.session.scalars(
        select(Note).where(Note.loan == loan_id).order_by(Note.id)
    )
    return rows.all()


async def list_holdings(uow: UnitOfWork, loan_id: str) -> list[Holding]:
    """Return what every note of a loan is owed, in one question to the books."""
    return (await list_holdings_of(uow, [loan_id]))[loan_id]


async def list_holdings_of(
    uow: UnitOfWork, loan_ids: Collection[str]
) -> dict[str, list[Holding]]:
    """Return what every note of many loans is owed, by loan."""
    known = {read_id("loan", shown): shown for shown in loan_ids}
    principal, interest, fees = (aliased(BalanceRow) for _ in range(3))
    rows = await uow.session.execute(
        select(
            Note.id,
            Note.lender,
            Party.tax_residency,
            Note.principal_minor,
            Note.principal_account,
            Note.interest_account,
            Note.fee_account,
            principal.posted_credits - principal.posted_debits,
            interest.posted_credits - interest.posted_debits,
            fees.posted_credits - fees.posted_debits,
            AccountRow.id,
            type_coerce(Note.loan, Uuid()),
        )
        .join(Party, Party.id == Note.lender)
        .join(principal, principal.account == Note.principal_account)
        .join(interest, interest.account == Note.interest_account)
        .join(fees, fees.account == Note.fee_account)
        .outerjoin(
            Wallet, (Wallet.party == Note.lender) & (Wallet.currency == Note.currency)
        )
        .outerjoin(
            AccountRow,
            (AccountRow.id == Wallet.account)
            & AccountRow.closed_at.is_(None)
            & (AccountRow.frozen != Freeze.ALL.value),
        )
        .where(Note.loan.in_(loan_ids))
        .order_by(Note.loan, Note.id)
    )
    found: defaultdict[str, list[Holding]] = defaultdict(list)
    for *holding, loan in rows:
        found[known[loan]].append(Holding._make(holding))
    return found


async def find_residencies(uow: UnitOfWork, offer_id: str) -> dict[str, TaxResidency]:
    """Return where each party that pledged to an offer pays its taxes."""
    rows = await uow.session.execute(
        select(Party.id, Party.tax_residency)
        .join(Pledge, Pledge.party == Party.id)
        .where(Pledge.offer == offer_id)
        .distinct()
    )
    return {party: residency for party, residency in rows}  # noqa: C416 - rows are no pairs to mypy


async def list_held(
    uow: UnitOfWork, lender_id: str
) -> Sequence[tuple[Note, Loan, Application]]:
    """Return the notes a lender holds, each with its loan and what was asked for."""
    rows = await uow.session.execute(
        select(Note, Loan, Application)
        .join(Loan, Loan.id == Note.loan)
        .join(Application, Application.id == Loan.application)
        .where(Note.lender == lender_id)
        .order_by(Note.id)
    )
    return [(note, loan, application) for note, loan, application in rows]


async def list_events(uow: UnitOfWork, loan_id: str) -> Sequence[LoanEvent]:
    """Return the facts of a loan's life, in the order they were recorded."""
    rows = await uow.session.scalars(
        select(LoanEvent).where(LoanEvent.loan == loan_id).order_by(LoanEvent.number)
    )
    return rows.all()


async def list_events_of(
    uow: UnitOfWork, loan_ids: Collection[str]
) -> dict[str, list[LoanEvent]]:
    """Return the facts of many loans' lives, by loan, in order."""
    rows = await uow.session.scalars(
        select(LoanEvent)
        .where(LoanEvent.loan.in_(loan_ids))
        .order_by(LoanEvent.loan, LoanEvent.number)
    )
    found: defaultdict[str, list[LoanEvent]] = defaultdict(list)
    for row in rows:
        found[row.loan].append(row)
    return found


async def get_receipt(
    uow: UnitOfWork, receipt_id: str, *, fresh: bool = False
) -> Receipt:
    """Return a receipt, read again from the database when it must be fresh."""
    row = await uow.session.get(Receipt, receipt_id, populate_existing=fresh)
    if row is None:
        raise NotFound(thing="receipt")
    return row


async def find_receipt_of(uow: UnitOfWork, deposit_id: str) -> Receipt | None:
    """Return the receipt a deposit became."""
    return await uow.session.scalar(
        select(Receipt).where(Receipt.deposit == deposit_id)
    )


async def find_day_paid(uow: UnitOfWork, deposit_id: str) -> date | None:
    """Return the business date on which a deposit was paid."""
    paid_at = await uow.session.scalar(
        select(Deposit.paid_at).where(Deposit.id == deposit_id)
    )
    return business_date(paid_at) if paid_at else None


async def list_waiting_receipts(
    uow: UnitOfWork, *, loan_id: str | None = None, limit: int = WAITING_BATCH
) -> Sequence[str]:
    """Return the ids of receipts that have not reached the lenders, oldest first."""
    query = select(Receipt.id).where(Receipt.status == ReceiptStatus.RECEIVED.value)
    if loan_id is not None:
        query = query.where(Receipt.loan == loan_id)
    rows = await uow.session.scalars(query.order_by(Receipt.id).limit(limit))
    return rows.all()


async def list_receipts(uow: UnitOfWork, loan_id: str) -> Sequence[Receipt]:
    """Return what was paid on a loan, oldest first."""
    rows = await uow.session.scalars(
        select(Receipt).where(Receipt.loan == loan_id).order_by(Receipt.id)
    )
    return rows.all()


async def get_agreement(uow: UnitOfWork, loan_id: str) -> Agreement:
    """Return the document of a loan."""
    row = await uow.session.get(Agreement, loan_id)
    if row is None:
        raise NotFound(thing="agreement")
    return row


async def list_forms(uow: UnitOfWork, loan_id: str) -> Sequence[AgreementForm]:
    """Return the prints of an agreement and their source, by name."""
    rows = await uow.session.scalars(
        select(AgreementForm)
        .where(AgreementForm.loan == loan_id)
        .order_by(AgreementForm.name)
    )
    return rows.all()


async def get_form(uow: UnitOfWork, loan_id: str, name: str) -> AgreementForm:
    """Return one form of an agreement."""
    row = await uow.session.get(AgreementForm, (loan_id, name))
    if row is None:
        raise NotFound(thing="agreement")
    return row


async def list_acceptances(uow: UnitOfWork, loan_id: str) -> Sequence[Acceptance]:
    """Return who accepted the document, and when."""
    rows = await uow.session.scalars(
        select(Acceptance)
        .where(Acceptance.loan == loan_id)
        .order_by(Acceptance.accepted_at, Acceptance.party)
    )
    return rows.all()


async def is_lender(uow: UnitOfWork, loan_id: str, party_id: str) -> bool:
    """Say whether a party holds a note of a loan."""
    found = await uow.session.scalar(
        select(Note.id).where(Note.loan == loan_id, Note.lender == party_id).limit(1)
    )
    return found is not None
