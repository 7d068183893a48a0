"""One loan, as its borrower, a lender of it, or the operator may see it."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Response
from fastapi.responses import JSONResponse

from api import sheets
from api.auth import STAFF, Caller, Role
from api.http.callers import Known, Signatory, Sme
from api.http.routes import loan_sums
from api.http.routes.loan_sums import PlanOut
from api.papers import LoanPaper
from api.portal import changes
from api.portal.amounts import read_amount, read_currency
from api.portal.desk import KEYS_SCRIPT, At, Desk
from api.portal.fields import Hex, Text, read_hex
from api.portal.guard import make_pages
from api.wire import LoanRef, NoteRef
from contracts import agreement, arrears, documents
from contracts.documents import Consent, Language
from contracts.loan import LoanState, Status
from contracts.schedule import Schedule
from contracts.state import InstalmentState
from finance import lending, signing, wallets
from finance.lending import Agreement, Loan, LoanEvent, Receipt
from finance.signing import Holder, SignerRole, SigningKey
from finance.wallets import Purse
from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.paging import Page

router = make_pages()

DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " frame-ancestors 'none'; sandbox"
)


class Sheet(StrEnum):
    """Which plan a spreadsheet has: the one in force, or the one first agreed."""

    IN_FORCE = "schedule"
    AGREED = "agreed-schedule"


@dataclass(frozen=True)
class LoanView:
    """A loan with its state, its payments and its document."""

    loan: Loan
    state: LoanState
    schedule: Schedule
    agreement: Agreement
    receipts: list[Receipt]
    events: list[LoanEvent]
    holders: Page[lending.Holder]
    purse: Purse | None
    signs_as: SignerRole | None
    key: SigningKey | None


@router.get("/loans/{loan_id}")
async def show_loan(
    loan_id: LoanRef, desk: At, caller: Known, after: NoteRef | None = None
) -> Response:
    """Show a loan to its borrower, its lenders and staff."""
    return await _loan_page(desk, loan_id, caller, after)


@router.get("/loans/{loan_id}/{sheet}.csv")
async def give_csv(loan_id: LoanRef, sheet: Sheet, desk: At, caller: Known) -> Response:
    """Give the instalments as text for spreadsheets."""
    plan = await desk.db.read(_plan, loan_id=loan_id, caller=caller, sheet=sheet)
    table, title = _written(plan, desk)
    return sheets.CSV.answer(table, name=sheet, title=title)


@router.get("/loans/{loan_id}/{sheet}.xlsx")
async def give_xlsx(
    loan_id: LoanRef, sheet: Sheet, desk: At, caller: Known
) -> Response:
    """Give the instalments as a spreadsheet."""
    plan = await desk.db.read(_plan, loan_id=loan_id, caller=caller, sheet=sheet)
    table, title = _written(plan, desk)
    return sheets.XLSX.answer(table, name=sheet, title=title)


@router.get("/loans/{loan_id}/agreement")
async def give_agreement(loan_id: LoanRef, desk: At, caller: Known) -> Response:
    """Give the agreement, byte for byte as it was made."""
    kept = await desk.db.read(_agreement, loan_id=loan_id, caller=caller)
    return Response(
        kept.document,
        media_type="text/html",
        headers={"Content-Security-Policy": DOCUMENT_POLICY},
    )


@router.get("/loans/{loan_id}/documents/{paper}.pdf")
async def give_paper(
    loan_id: LoanRef,
    paper: LoanPaper,
    desk: At,
    caller: Known,
    language: Language | None = None,
) -> Response:
    """Give a document of the loan in print, in the reader's language or another."""
    loan = await desk.db.read(_sighted, loan_id=loan_id, caller=caller)
    return await desk.papers(language).of_loan(loan, paper)


@router.get("/loans/{loan_id}/agreement-message")
async def write_agreement_message(
    loan_id: LoanRef, desk: At, caller: Signatory
) -> Response:
    """Write what the reader's own key signs; the script on the page reads it first."""
    loan = await desk.db.read(_sighted, loan_id=loan_id, caller=caller)
    message = await desk.db.read(
        lending.agreement_message, loan_id=loan.id, custody=desk.custody
    )
    return JSONResponse({"message": message.encoded().hex()})


class Accepted:
    """The agreement as it was shown, with the signature a script on the page made."""

    def __init__(self, document_hash: Text, signature: Hex = "") -> None:
        self._written = document_hash, signature

    def by(self, caller: Caller, desk: Desk) -> dict[str, Any]:
        """Return who accepts what, and how it is signed."""
        shown, signature = self._written
        return {
            "party_id": caller.party,
            "document_hash": read_hex(shown),
            "custody": desk.custody,
            "given": read_hex(signature) or None,
        }


@router.post("/loans/{loan_id}/accept")
async def accept_agreement(
    loan_id: LoanRef, desk: At, me: Signatory, accepted: Annotated[Accepted, Depends()]
) -> Response:
    """Accept the agreement that was shown, signed in the browser when the key is there."""
    accept = partial(lending.accept_agreement, loan_id=loan_id, **accepted.by(me, desk))
    again = partial(_again, loan_id=loan_id, caller=me)
    return await desk.act(accept, done=f"/loans/{loan_id}?done=accepted", again=again)


@router.post("/loans/{loan_id}/repayments")
async def repay(
    loan_id: LoanRef, desk: At, caller: Sme, amount: Text = "", currency: Text = ""
) -> Response:
    """Pay on the loan from the firm's wallet."""
    return await desk.act(
        lambda uow: lending.repay(
            uow,
            loan_id=loan_id,
            party_id=caller.party,
            amount=read_amount(amount, read_currency(currency)),
        ),
        done=f"/loans/{loan_id}?done=repaid",
        again=partial(_again, loan_id=loan_id, caller=caller),
    )


async def _again(desk: Desk, *, loan_id: str, caller: Caller) -> Response:
    return await _loan_page(desk, loan_id, caller)


async def _loan_page(
    desk: Desk, loan_id: str, caller: Caller, after: str | None = None
) -> Response:
    view = await desk.db.read(_read, loan_id=loan_id, caller=caller, after=after)
    return desk.page(
        "loan.html",
        view=view,
        loan=view.loan,
        state=view.state,
        late=arrears.overdue(view.state),
        to_come=_changed_plan(view.state, view.schedule),
        taken_back=_taken_back(view.events),
        consent=documents.consent(Consent.AGREEMENT)[desk.language],
        named=partial(agreement.lender_reference, loan_id),
        is_borrower=caller.party == view.loan.borrower,
        changes=_open_changes(view.loan, caller),
        key=view.key,
        platform=signing.platform_of(desk.custody),
        script=KEYS_SCRIPT if view.key else "",
    )


def _open_changes(loan: Loan, caller: Caller) -> list[changes.Change]:
    """Return what the reader may propose for a loan."""
    return changes.open_to(loan.status) if caller.role is Role.OPERATOR else []


def _changed_plan(state: LoanState, agreed: Schedule) -> list[InstalmentState]:
    """Return what is to come where it is no more what was first agreed."""
    if state.status not in (Status.ACTIVE, Status.ARREARS):
        return []
    ahead = [one for one in state.instalments if one.due_on >= state.on]
    now = [(one.due_on, one.owed.principal, one.owed.interest) for one in ahead]
    rows = [row for row in agreed.rows if row.due_on >= state.on]
    if now == [(row.due_on, row.principal, row.interest) for row in rows]:
        return []
    return [one for one in ahead if one.unpaid]


def _taken_back(events: list[LoanEvent]) -> set[str]:
    """Return the receipts of which the bank took something back."""
    return {
        str(event.details["receipt_id"])
        for event in events
        if event.kind == "charged_back"
    }


def _written(plan: PlanOut, desk: Desk) -> tuple[sheets.Table, str]:
    say = desk.words.known
    return loan_sums.table_of(plan, say), plan.title(say)


async def _plan(
    uow: UnitOfWork, *, loan_id: str, caller: Caller, sheet: Sheet
) -> PlanOut:
    loan = await _sighted(uow, loan_id=loan_id, caller=caller)
    if sheet is Sheet.AGREED:
        return PlanOut.agreed(lending.schedule_of(loan))
    return PlanOut.standing(await lending.plan_of(uow, loan=loan))


async def _sighted(uow: UnitOfWork, *, loan_id: str, caller: Caller) -> Loan:
    """Return a loan to its borrower, its lenders and staff; to others there is none."""
    loan = await lending.get_loan(uow, loan_id=loan_id)
    if caller.role in STAFF or await lending.take_part(
        uow, loan_id=loan_id, party_id=caller.party
    ):
        return loan
    raise NotFound(thing="loan")


async def _agreement(uow: UnitOfWork, *, loan_id: str, caller: Caller) -> Agreement:
    loan = await _sighted(uow, loan_id=loan_id, caller=caller)
    return await lending.get_agreement(uow, loan_id=loan.id)


async def _read(
    uow: UnitOfWork, *, loan_id: str, caller: Caller, after: str | None
) -> LoanView:
    loan = await _sighted(uow, loan_id=loan_id, caller=caller)
    own = None if caller.role in STAFF else caller.party
    purses = []
    if caller.party == loan.borrower:
        purses = await wallets.list_purses(uow, party_id=caller.party)
    signs_as = await lending.find_waiting(uow, loan=loan, party_id=caller.party)
    return LoanView(
        loan,
        await lending.loan_state(uow, loan_id=loan.id),
        lending.schedule_of(loan),
        await lending.get_agreement(uow, loan_id=loan.id),
        list(await lending.list_receipts(uow, loan_id=loan.id)),
        list(await lending.list_events(uow, loan_id=loan.id)),
        await lending.list_holders(uow, loan_id=loan.id, lender_id=own, after=after),
        next((p for p in purses if p.wallet.currency is loan.currency), None),
        signs_as,
        await _own_key(uow, caller) if signs_as else None,
    )


async def _own_key(uow: UnitOfWork, caller: Caller) -> SigningKey | None:
    """Return the reader's own key, where the agreement waits to be signed with it."""
    key = await signing.find_signing(uow, party_id=caller.party)
    return key if key and key.holder == Holder.OWNER else None
