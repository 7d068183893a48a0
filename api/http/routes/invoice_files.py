"""Lists of invoices: give one, and see what customers owe by it."""

from datetime import date, datetime

from api.http.callers import Known, Sme
from api.http.depends import Db
from api.http.router import make_router
from api.http.routes.statements import FILE, Content, FileName, Lines
from api.wire import Cut, InvoiceFileRef, Out, PageOut, PartyRef
from risk import receivables
from risk.receivables import InvoiceFile
from risk.statements import InvoiceLine, StatementFormat

router = make_router("invoices")
uploads = make_router("invoices", uploads=True)


class InvoiceFileOut(Out):
    """What was understood of a list of invoices."""

    id: str
    party: str
    sha256: str
    file_name: str
    format: StatementFormat
    currencies: list[str]
    first_on: date
    last_on: date
    line_count: int
    open_count: int
    left_out_count: int
    uploaded_at: datetime

    @classmethod
    def of(cls, kept: InvoiceFile) -> "InvoiceFileOut":
        """Show a list."""
        shown = {name: getattr(kept, name) for name in cls.model_fields}
        return cls(**shown | {"sha256": kept.sha256.hex()})


class InvoiceOut(Out):
    """An invoice, or the paid or the open part of one; below zero a credit note."""

    position: int
    source_line: int
    number: str
    customer: str
    currency: str
    amount_minor: int
    issued_on: date
    due_on: date
    paid_on: date | None

    @classmethod
    def of(cls, at: int, item: InvoiceLine) -> "InvoiceOut":
        """Show one, by its place in the list."""
        told = item._asdict()
        return cls(position=at, source_line=told.pop("line"), **told)


@uploads.post("/invoice-files", status_code=201, openapi_extra=FILE)
async def upload_invoices(
    file_name: FileName, content: Content, db: Db, sme: Sme
) -> InvoiceFileOut:
    """Give a list of invoices; the same bytes again give the same list."""
    kept = await receivables.receive_invoices(
        db, party_id=sme.party, file_name=file_name, content=content
    )
    return InvoiceFileOut.of(kept)


@router.get("/invoice-files")
async def list_invoice_files(
    db: Db, caller: Known, cut: Cut, party: PartyRef | None = None
) -> PageOut[InvoiceFileOut]:
    """List one's lists of invoices; staff name the party."""
    page = await db.read(
        receivables.list_invoice_files,
        party_id=caller.about(party),
        after=cut.after,
        limit=cut.limit,
    )
    return PageOut[InvoiceFileOut].of(page, InvoiceFileOut.of)


@router.get("/invoice-files/{invoice_file_id}")
async def get_invoice_file(
    invoice_file_id: InvoiceFileRef, db: Db, caller: Known
) -> InvoiceFileOut:
    """Show what was understood of a list."""
    found = await db.read(receivables.get_invoice_file, invoice_file_id=invoice_file_id)
    caller.require_sight(found.party, "invoice file")
    return InvoiceFileOut.of(found)


@router.get("/invoice-files/{invoice_file_id}/invoices")
async def list_invoices(
    invoice_file_id: InvoiceFileRef, db: Db, caller: Known, lines: Lines
) -> PageOut[InvoiceOut]:
    """List the invoices of a list as it tells them, behind a position."""
    kept = await db.read(receivables.get_invoice_file, invoice_file_id=invoice_file_id)
    caller.require_sight(kept.party, "invoice file")
    told = await db.read(receivables.reread_invoices, invoice_file_id=kept.id)
    shown = told.invoices[lines.after : lines.after + lines.limit]
    items = [InvoiceOut.of(at, one) for at, one in enumerate(shown, lines.after + 1)]
    return PageOut[InvoiceOut].of(lines.page(items), InvoiceOut.model_validate)
