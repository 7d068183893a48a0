"""A firm's records: send a file, see what was understood of it, and what was not taken."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

from fastapi import File, Response, UploadFile
from fastapi.responses import RedirectResponse

from api import problems
from api.auth import Caller
from api.http.callers import Known, Sme
from api.portal import flows
from api.portal.charts import InOut
from api.portal.desk import At, Desk
from api.portal.errors import FileMissing
from api.portal.guard import make_pages
from api.wire import StatementRef
from ledger.database import UnitOfWork
from ledger.errors import Refusal
from ledger.ids import PartyId
from risk import cashflow, receivables, statements
from risk.receivables import InvoiceFile
from risk.statements import (
    Statement,
    StatementRefusal,
    UnnamedTable,
)

router = make_pages()
uploads = make_pages(files=True)

SCRIPT = "upload.js"
Sent = Annotated[UploadFile | None, File()]


@dataclass(frozen=True)
class Records:
    """The files a firm has sent, those that were taken and those that were not."""

    taken: list[Statement]
    refused: list[StatementRefusal]
    waiting: list[UnnamedTable]
    invoices: list[InvoiceFile]


@router.get("/records")
async def show_records(desk: At, caller: Sme) -> Response:
    """Show what a firm has sent, and the form to send more."""
    return await _records_page(desk, caller=caller)


@uploads.post("/records")
async def send_record(desk: At, caller: Sme, file: Sent = None) -> Response:
    """Take a file; the same bytes again are the same record."""
    try:
        statement = await _receive(desk, caller, file)
    except Refusal as refusal:
        waiting = await _find_waiting(desk, caller, file)
        if waiting is not None:
            return RedirectResponse(f"/records/tables/{waiting.id}", status_code=303)
        met = replace(desk, trouble=problems.trouble_of(refusal))
        return await _records_page(met, caller=caller)
    return RedirectResponse(f"/records/{statement.id}?done=sent", status_code=303)


@uploads.post("/records/invoices")
async def send_invoices(desk: At, caller: Sme, file: Sent = None) -> Response:
    """Take a list of invoices; the same bytes again are the same list."""
    try:
        name, content = await _sent(file)
        await receivables.receive_invoices(
            desk.db, party_id=caller.party, file_name=name, content=content
        )
    except Refusal as refusal:
        met = replace(desk, trouble=problems.trouble_of(refusal))
        return await _records_page(met, caller=caller)
    return RedirectResponse("/records?done=sent", status_code=303)


@router.get("/records/{statement_id}")
async def show_record(statement_id: StatementRef, desk: At, caller: Known) -> Response:
    """Show one file as it was understood, month by month."""
    read = partial(_read_one, statement_id=statement_id, caller=caller)
    found, months = await desk.db.read(read)
    return desk.page("record.html", statement=found, months=months)


async def _receive(desk: Desk, caller: Caller, file: UploadFile | None) -> Statement:
    name, content = await _sent(file)
    return await statements.receive_statement(
        desk.db, party_id=caller.party, file_name=name, content=content
    )


async def _sent(file: UploadFile | None) -> tuple[str, bytes]:
    if file is None or not file.filename:
        raise FileMissing
    return file.filename, await file.read()


async def _find_waiting(
    desk: Desk, caller: Caller, file: UploadFile | None
) -> UnnamedTable | None:
    """Return the file just sent, when it waits for the names of its columns."""
    if file is None:
        return None
    await file.seek(0)
    return await desk.db.read(
        statements.find_unnamed, party_id=caller.party, content=await file.read()
    )


async def _records_page(desk: Desk, *, caller: Caller) -> Response:
    records = await desk.db.read(_read_all, party_id=caller.party)
    return desk.page(
        "records.html",
        script=SCRIPT,
        records=records,
        why=statements.refusal_messages(),
    )


async def _read_all(uow: UnitOfWork, *, party_id: PartyId) -> Records:
    taken = await statements.list_statements(uow, party_id=party_id)
    refused = await statements.list_refusals(uow, party_id=party_id)
    waiting = await statements.list_unnamed(uow, party_id=party_id)
    invoices = await receivables.list_invoice_files(uow, party_id=party_id)
    # What waits, or was read since, is not told again as a file that was not taken.
    known = {one.sha256 for one in taken.items} | {one.sha256 for one in waiting}
    known |= {one.sha256 for one in invoices.items}
    left = [one for one in refused.items if one.sha256 not in known]
    return Records(taken.items, left, waiting, invoices.items)


async def _read_one(
    uow: UnitOfWork, *, statement_id: str, caller: Caller
) -> tuple[Statement, list[InOut]]:
    found = await statements.get_statement(uow, statement_id=statement_id)
    caller.require_sight(PartyId(found.party), "statement")
    read = await statements.reread_statement(uow, statement_id=statement_id)
    months = cashflow.by_month([read.parsed.with_running_balances()])
    return found, flows.shown(months, found.currency)
