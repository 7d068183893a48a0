"""What people can do with statements: give one, and look at what was understood."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ledger.database import Database, UnitOfWork
from ledger.ids import new_id
from risk import identity
from risk.statements import maps, repository
from risk.statements.errors import StatementCurrencyUnknown, StatementRefused
from risk.statements.events import StatementReceived, StatementTurnedAway
from risk.statements.model import Statement, StatementRefusal
from risk.statements.reader import ReadStatement, read_statements


async def receive_statement(
    db: Database, *, party_id: str, file_name: str, content: bytes
) -> Statement:
    """Read a file outside any transaction, then keep it, or keep only its refusal.

    A table of two currencies gives two statements; the first is returned.

    Raises:
        StatementRefused: After the refusal was put on record.
    """
    saved = await db.read(maps.load_columns, party_id=party_id)
    try:
        read = await asyncio.to_thread(read_statements, file_name, content, saved)
    except StatementRefused as refusal:
        await db.transact(
            record_refusal, party_id=party_id, content=content, refusal=refusal
        )
        raise
    return await db.transact(
        store_statements,
        party_id=party_id,
        file_name=file_name,
        content=content,
        read=read,
    )


async def store_statements(
    uow: UnitOfWork,
    *,
    party_id: str,
    file_name: str,
    content: bytes,
    read: Sequence[ReadStatement],
) -> Statement:
    """Keep a file that was read; the same bytes of the same party are kept once."""
    party = await identity.get_party(uow, party_id, lock=True)
    sha256 = hashlib.sha256(content).digest()
    known = await repository.find_by_hash(uow, party_id=party.id, sha256=sha256)
    if known is not None:
        return known
    # East of Greenwich a bank's day may have begun that is not here yet.
    tomorrow = uow.now().date() + timedelta(days=1)
    kept = []
    for one in read:
        seen = one.as_seen_on(tomorrow)
        statement = Statement.new(
            party.id, file_name=file_name, content=content, read=seen, at=uow.now()
        )
        uow.add(statement)
        await repository.add_lines(uow, _lines(statement.id, one))
        uow.record(_received(statement))
        kept.append(statement)
    return kept[0]


def _received(statement: Statement) -> StatementReceived:
    return StatementReceived(
        statement.id,
        statement.party,
        statement.sha256.hex(),
        statement.format,
        statement.currency,
        statement.line_count,
        statement.verdict,
    )


async def record_refusal(
    uow: UnitOfWork, *, party_id: str, content: bytes, refusal: StatementRefused
) -> StatementRefusal:
    """Put on record that a file was refused: its name, hash and reason, no content."""
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
    saved = await maps.load_version(uow, map_id=kept.column_map)
    for read in read_statements(file_name, content, saved):
        if read.currency is kept.currency:
            return read
    raise StatementCurrencyUnknown(file=file_name)


def _lines(statement_id: str, read: ReadStatement) -> list[dict[str, Any]]:
    return [
        {
            "statement": statement_id,
            "position": position,
            "source_line": item.line,
            "booked_on": item.booked_on,
            "value_on": item.value_on,
            "amount_minor": item.amount_minor,
            "counterparty": item.counterparty,
            "reference": item.reference,
            "balance_after_minor": item.balance_after,
        }
        for position, item in enumerate(read.parsed.transactions, start=1)
    ]
