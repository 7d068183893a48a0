"""A firm's request for a loan: ask, see the answer with its reasons, ask otherwise."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Annotated

from fastapi import Depends, Response

from api import problems
from api.auth import Caller
from api.http.callers import Sme
from api.portal import flows
from api.portal.amounts import read_currency
from api.portal.charts import InOut
from api.portal.desk import At, Desk
from api.portal.fields import Reason
from api.portal.guard import make_pages
from api.portal.wishes import Sent, Wish, asked_wish, sent_wish
from api.wire import ApplicationRef
from contracts.schedule import Schedule
from finance import lending
from finance.lending import Application, Quote
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from ledger.ids import PartyId
from ledger.money import Currency
from risk import receivables, statements
from risk.decision import Decision
from risk.receivables import InvoiceFile
from risk.statements import Statement

router = make_pages()

MOST_RECORDS = 20
AskedWish = Annotated[Wish, Depends(asked_wish)]
SentWish = Annotated[Wish, Depends(sent_wish)]


@dataclass(frozen=True)
class Answer:
    """What another wish would be answered; None where none was asked."""

    wish: Wish
    decision: Decision | None = None
    quote: Quote | None = None


@dataclass(frozen=True)
class Case:
    """An application with what it stands on; no months when a file cannot be read."""

    application: Application
    schedule: Schedule
    records: list[Statement]
    months: list[InOut] | None
    invoices: list[InvoiceFile]


@router.get("/apply")
async def show_form(desk: At, caller: Sme) -> Response:
    """Show the form of a request, and the records it would stand on."""
    return await _form_page(desk, caller=caller, wish=Wish())


@router.post("/apply")
async def apply(
    desk: At, caller: Sme, wish: SentWish, currency: Sent, purpose: Reason
) -> Response:
    """Ask for a loan on all records sent so far; the answer is there at once."""
    send = partial(
        _submit, caller=caller, wish=wish, currency=currency, purpose=purpose
    )
    again = partial(_form_page, caller=caller, wish=wish)
    return await desk.act(send, done="/requests/{made}?done=asked", again=again)


@router.get("/requests/{application_id}")
async def show_request(
    application_id: ApplicationRef, desk: At, caller: Sme, wish: AskedWish
) -> Response:
    """Show a firm its request: score, reasons, price, and what another wish would give."""
    read = await desk.db.read(read_request, application_id=application_id)
    caller.require_sight(PartyId(read.application.party), "application")
    desk, answer = await answered(desk, read.application, wish)
    return desk.page("request.html", **vars(read), answer=answer)


async def read_request(uow: UnitOfWork, *, application_id: str) -> Case:
    """Return an application with its payments, its records and their months.

    Records that were forgotten are not among them.
    """
    application = await lending.get_application(uow, application_id=application_id)
    records = await statements.list_named(uow, application.statements)
    return Case(
        application,
        lending.schedule_of(application),
        records,
        await _months(uow, application),
        await receivables.list_named(uow, application.invoice_files),
    )


async def _months(uow: UnitOfWork, application: Application) -> list[InOut] | None:
    try:
        months = await lending.cash_flow(uow, application_id=application.id)
    except Refusal:
        # A kept file that was changed; what differs is for the replay to say.
        return None
    return flows.shown(months, application.currency)


async def answered(
    desk: Desk, application: Application, wish: Wish
) -> tuple[Desk, Answer]:
    """Answer another wish, if one was typed; what it meets is said on the page."""
    if not wish.amount:
        return desk, Answer(_wish_of(application))
    desk.request.state.form = asdict(wish) | {"currency": application.currency.value}
    try:
        decision, quote = await desk.db.read(
            lending.what_if,
            application_id=application.id,
            wanted=wish.read(application.currency),
        )
    except Refusal as refusal:
        met = replace(desk, trouble=problems.trouble_of(refusal))
        return met, Answer(wish)
    return desk, Answer(wish, decision, quote)


def _wish_of(application: Application) -> Wish:
    kept = lending.request_of(application)
    amount = kept.amount.major()
    return Wish(
        f"{amount:f}".removesuffix(".00"),
        str(kept.term_months),
        kept.method.value,
        kept.security.kind.value if kept.security else "",
        str(kept.security.cover_bps // 100) if kept.security else "",
    )


async def _submit(
    uow: UnitOfWork,
    *,
    caller: Caller,
    wish: Wish,
    currency: str,
    purpose: str,
) -> str:
    records = await _records(uow, party_id=caller.party)
    invoices = await _invoices(uow, party_id=caller.party)
    application = await lending.submit_application(
        uow,
        party_id=caller.party,
        wanted=wish.read(read_currency(currency)),
        purpose=purpose,
        statement_ids=[record.id for record in records],
        invoice_file_ids=[kept.id for kept in invoices],
    )
    return application.id


async def _form_page(desk: Desk, *, caller: Caller, wish: Wish) -> Response:
    records = await desk.db.read(_records, party_id=caller.party)
    invoices = await desk.db.read(_invoices, party_id=caller.party)
    return desk.page(
        "apply.html",
        wish=wish,
        records=records,
        invoices=invoices,
        currencies=Currency,
    )


async def _records(uow: UnitOfWork, *, party_id: PartyId) -> list[Statement]:
    """Return the newest records: a request stands on all of them, none is left out."""
    page = await statements.list_statements(uow, party_id=party_id, limit=MOST_RECORDS)
    return page.items


async def _invoices(uow: UnitOfWork, *, party_id: PartyId) -> list[InvoiceFile]:
    """Return the newest lists of invoices: a request stands on all of them too."""
    page = await receivables.list_invoice_files(
        uow, party_id=party_id, limit=MOST_RECORDS
    )
    return page.items
