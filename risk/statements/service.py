"""What people can do with statements: give one, and look at what was understood."""

import asyncio
import hashlib

from ledger.database import Database, UnitOfWork
from ledger.ids import new_id
from risk import identity
from risk.statements import maps, repository, unnamed
from risk.statements.errors import StatementCurrencyUnknown, StatementRefused
from risk.statements.events import StatementTurnedAway
from risk.statements.model import Statement, StatementRefusal
from risk.statements.reader import ReadStatement, first_rows, read_statements
from risk.statements.store import store_statements


async def receive_statement(
    db: Database, *, party_id: str, file_name: str, content: bytes
) -> Statement:
    """Read a file outside any transaction, then keep it, or keep only its refusal.

    A table of two currencies gives two statements; the first is returned. One whose
    headings nobody knows is set aside, until somebody names its columns.

    Raises:
        StatementRefused: After the refusal was put on record.
    """
    saved = await db.read(maps.load_columns, party_id=party_id)
    try:
        read = await asyncio.to_thread(read_statements, file_name, content, saved)
    except StatementRefused as refusal:
        nameable = refusal.is_nameable
        rows = await asyncio.to_thread(first_rows, content) if nameable else []
        await db.transact(
            record_refusal,
            party_id=party_id,
            content=content,
            refusal=refusal,
            can_wait=bool(rows),
        )
        raise
    return await db.transact(
        store_statements,
        party_id=party_id,
        file_name=file_name,
        content=content,
        read=read,
    )


async def record_refusal(
    uow: UnitOfWork,
    *,
    party_id: str,
    content: bytes,
    refusal: StatementRefused,
    can_wait: bool = False,
) -> StatementRefusal:
    """Put on record that a file was refused: its name, hash and reason, no content.

    The content of one that can wait for its columns is kept apart for a while.
    """
    if can_wait:
        await unnamed.set_aside(
            uow, party_id=party_id, file_name=refusal.file, content=content
        )
    party = await identity.get_party(uow, party_id=party_id)
    row = StatementRefusal(
        id=new_id("refusal", uow.now()),
        party=party.id,
        file_name=refusal.file,
        sha256=hashlib.sha256(content).digest(),
        code=refusal.code,
        source_line=refusal.line,
        refused_at=uow.now(),
    )
    uow.add(row)
    uow.record(
        StatementTurnedAway(
            row.id, party.id, row.sha256.hex(), row.code, row.source_line, row.file_name
        )
    )
    return row


async def reread_statement(uow: UnitOfWork, *, statement_id: str) -> ReadStatement:
    """Read a kept statement again from its bytes: the same bytes, the same answer.

    Its columns are those it was read by, whatever was named since.
    """
    kept = await repository.get_statement(uow, statement_id)
    file_name, content = await repository.get_content(uow, statement_id)
    saved = await maps.load_version(
        uow, map_id=kept.column_map, currency=kept.currency.value
    )
    for read in await asyncio.to_thread(read_statements, file_name, content, saved):
        if read.currency is kept.currency:
            return read
    raise StatementCurrencyUnknown(file=file_name)
