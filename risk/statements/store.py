"""Put a file that was read away: its bytes once, an account for each currency, every line."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ledger.database import UnitOfWork
from risk import identity
from risk.statements import repository
from risk.statements.events import StatementReceived
from risk.statements.model import Statement
from risk.statements.reader import ReadStatement


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
    await repository.forget_unnamed(uow, party_id=party.id, sha256=sha256)
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
