"""A list of invoices as it was read, line by line, for its firm and for staff."""

from dataclasses import dataclass
from functools import partial

from fastapi import Response

from api.auth import Caller
from api.http.callers import Known
from api.http.routes.statements import Lines, LineSlice
from api.portal.desk import At
from api.portal.guard import make_pages
from api.wire import InvoiceFileRef
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from risk import receivables
from risk.receivables import InvoiceFile
from risk.statements import InvoiceLine, LeftOut

router = make_pages()


@dataclass(frozen=True)
class Invoices:
    """A list with some of its invoices, and what of it was left out."""

    file: InvoiceFile
    shown: tuple[InvoiceLine, ...]
    next_after: int | None
    left_out: tuple[LeftOut, ...]


@router.get("/records/invoices/{invoice_file_id}")
async def show_invoices(
    invoice_file_id: InvoiceFileRef, desk: At, caller: Known, lines: Lines
) -> Response:
    """Show what was understood of a list of invoices."""
    read = partial(_read, invoice_file_id=invoice_file_id, caller=caller, lines=lines)
    return desk.page("invoices.html", invoices=await desk.db.read(read))


async def _read(
    uow: UnitOfWork, *, invoice_file_id: str, caller: Caller, lines: LineSlice
) -> Invoices:
    kept = await receivables.get_invoice_file(uow, invoice_file_id)
    caller.require_sight(PartyId(kept.party), "invoice file")
    told = await receivables.reread_invoices(uow, invoice_file_id=kept.id)
    end = lines.after + lines.limit
    more = end if end < len(told.invoices) else None
    return Invoices(kept, told.invoices[lines.after : end], more, told.left_out)
