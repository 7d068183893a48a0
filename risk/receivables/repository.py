"""How lists of invoices are found, and let go."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from ledger.database import UnitOfWork
from ledger.errors import NotFound
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk.receivables.model import InvoiceFile


async def find_by_hash(
    uow: UnitOfWork, *, party_id: str, sha256: bytes
) -> InvoiceFile | None:
    """Return the list with these bytes that a party gave before."""
    return await uow.session.scalar(
        select(InvoiceFile).where(
            InvoiceFile.party == party_id, InvoiceFile.sha256 == sha256
        )
    )


async def get_invoice_file(uow: UnitOfWork, invoice_file_id: str) -> InvoiceFile:
    """Return one list without its bytes, or refuse."""
    found = await uow.session.get(InvoiceFile, invoice_file_id)
    if found is None:
        raise NotFound(thing="invoice file")
    return found


async def list_invoice_files(
    uow: UnitOfWork,
    *,
    party_id: str,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[InvoiceFile]:
    """Return a page of a party's lists, newest first."""
    query = select(InvoiceFile).where(InvoiceFile.party == party_id)
    return await fetch_page(
        uow.session, query, by=InvoiceFile.id, after=after, limit=limit
    )


async def list_named(uow: UnitOfWork, ids: Sequence[str]) -> list[InvoiceFile]:
    """Return those lists that are still kept, without their bytes."""
    query = select(InvoiceFile).where(InvoiceFile.id.in_(ids)).order_by(InvoiceFile.id)
    return list(await uow.session.scalars(query))


async def get_bytes(uow: UnitOfWork, invoice_file_id: str) -> tuple[str, bytes]:
    """Return a list's file name and bytes, or refuse."""
    found = await uow.session.execute(
        select(InvoiceFile.file_name, InvoiceFile.content).where(
            InvoiceFile.id == invoice_file_id
        )
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound(thing="invoice file")
    return row.file_name, row.content


async def list_kept(uow: UnitOfWork, party_id: str) -> dict[str, datetime]:
    """Return which lists of a party are kept, and since when."""
    rows = await uow.session.execute(
        select(InvoiceFile.id, InvoiceFile.uploaded_at).where(
            InvoiceFile.party == party_id
        )
    )
    return {row[0]: row[1] for row in rows}


async def forget(uow: UnitOfWork, ids: Collection[str]) -> None:
    """Delete lists whose retention is over; no decision is replayed from them again."""
    await uow.session.execute(delete(InvoiceFile).where(InvoiceFile.id.in_(ids)))
