"""What people can do with lists of invoices: give one, and have it counted."""

import asyncio
import hashlib
from collections.abc import Sequence

from ledger.database import Database, UnitOfWork
from ledger.errors import NotFound
from ledger.money import Currency
from risk import identity
from risk.receivables import repository
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
    sha256 = hashlib.sha256(content).digest()
    known = await repository.find_by_hash(uow, party_id=party.id, sha256=sha256)
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


async def reread_invoices(uow: UnitOfWork, *, invoice_file_id: str) -> InvoiceList:
    """Read a kept list again from its bytes: the same bytes, the same answer."""
    file_name, content = await repository.get_bytes(uow, invoice_file_id)
    return await asyncio.to_thread(read_invoice_list, file_name, content)


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
        kept = await repository.get_invoice_file(uow, invoice_file_id)
        if kept.party != party_id:
            raise NotFound(thing="invoice file")
        read = await reread_invoices(uow, invoice_file_id=invoice_file_id)
        lists.append((kept.sha256.hex(), read))
    return join(lists, currency)
