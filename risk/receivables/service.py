"""What people can do with lists of invoices: give one, and have it counted."""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound
from ledger.money import Currency
from ledger.paging import DEFAULT_PAGE, Page, fetch_page
from risk import identity
from risk.receivables.bills import Bills, join
from risk.receivables.events import InvoicesReceived
from risk.receivables.model import InvoiceFile
from risk.statements import (
    InvoiceList,
    StatementRefused,
    read_invoice_list,
    record_refusal,
)


async def receive_invoices(
    db: Database, *, party_id: str, file_name: str, content: bytes
) -> InvoiceFile:
    """Read a list outside any transaction, then keep it, or keep only its refusal.

    Raises:
        StatementRefused: After the refusal was put on record.
    """
    try:
        read = await asyncio.to_thread(read_invoice_list, file_name, content)
    except StatementRefused as refusal:
        await db.transact(
            record_refusal, party_id=party_id, content=content, refusal=refusal
        )
        raise
    return await db.transact(
        store_invoices,
        party_id=party_id,
        file_name=file_name,
        content=content,
        read=read,
    )


async def store_invoices(
    uow: UnitOfWork,
    *,
    party_id: str,
    file_name: str,
    content: bytes,
    read: InvoiceList,
) -> InvoiceFile:
    """Keep a list that was read; the same bytes of the same party are kept once."""
    party = await identity.get_party(uow, party_id, lock=True)
    known = await uow.session.scalar(
        select(InvoiceFile).where(
            InvoiceFile.party == party.id,
            InvoiceFile.sha256 == hashlib.sha256(content).digest(),
        )
    )
    if known is not None:
        return known
    kept = InvoiceFile.new(
        party.id, file_name=file_name, content=content, read=read, at=uow.now()
    )
    uow.add(kept)
    uow.record(
        InvoicesReceived(
            kept.id, kept.party, kept.sha256.hex(), kept.format, kept.line_count
        )
    )
    return kept


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


async def reread_invoices(uow: UnitOfWork, *, invoice_file_id: str) -> InvoiceList:
    """Read a kept list again from its bytes: the same bytes, the same answer."""
    return read_invoice_list(*await get_bytes(uow, invoice_file_id))


async def read_bills(
    uow: UnitOfWork,
    *,
    party_id: str,
    currency: Currency,
    invoice_file_ids: Sequence[str],
) -> Bills:
    """Join the named lists, read from their bytes; another's is as if unknown."""
    lists = []
    # An id is made when a list comes in, so their order is that of time.
    for invoice_file_id in sorted(set(invoice_file_ids)):
        kept = await get_invoice_file(uow, invoice_file_id)
        if kept.party != party_id:
            raise NotFound(thing="invoice file")
        read = await reread_invoices(uow, invoice_file_id=invoice_file_id)
        lists.append((kept.sha256.hex(), read))
    return join(lists, currency)
