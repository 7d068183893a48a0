"""Write the loan tape as a table: one line a loan, columns named for programs."""

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from fastapi import Response

from api.sheets import Cell, Format, Table
from finance import lending
from finance.lending import TapeLine
from ledger.database import Database

_COLUMNS: Final[dict[str, Callable[[TapeLine], Cell | None]]] = {
    "loan": lambda line: line.loan.id,
    "borrower": lambda line: line.loan.borrower,
    "sector": lambda line: line.sector,
    "province": lambda line: line.province,
    "status": lambda line: line.loan.status,
    "currency": lambda line: line.loan.currency.value,
    "principal": lambda line: line.loan.principal.major(),
    "rate_bps": lambda line: Decimal(line.terms.rate_bps),
    "method": lambda line: line.terms.method.value,
    "day_count": lambda line: line.terms.day_count.value,
    "instalments": lambda line: line.terms.instalments,
    "disbursed_on": lambda line: line.loan.disbursed_on,
    "first_due_on": lambda line: line.terms.first_due_on,
    "last_due_on_as_agreed": lambda line: line.last_due_on,
    "closed_on": lambda line: line.loan.closed_on,
    "grade_when_granted": lambda line: line.grade_at_start,
    "pd_bps_when_granted": lambda line: line.pd_bps_at_start,
    "received": lambda line: line.received.major(),
    "owed": lambda line: line.owed.major(),
    "days_past_due": lambda line: line.days_late,
    "forborne": lambda line: "yes" if line.is_forborne else "no",
    "written_off": lambda line: (
        line.lost.written_off.total.major() if line.lost else None
    ),
    "class": lambda line: line.grade.name if line.grade else None,
    "provision": lambda line: line.risk.provision.major() if line.risk else None,
    "ifrs9_stage": lambda line: line.risk.stage.value if line.risk else None,
    "pd_bps": lambda line: line.risk.pd_bps if line.risk else None,
    "lgd_bps": lambda line: line.risk.tagged.exposure.lgd_bps if line.risk else None,
    "expected_loss": lambda line: line.risk.expected.major() if line.risk else None,
}


def table_of(lines: Sequence[TapeLine]) -> Table:
    """Return the tape with its headings; what does not apply is left empty."""
    rows: Table = [
        ["" if (cell := read(line)) is None else cell for read in _COLUMNS.values()]
        for line in lines
    ]
    return [list(_COLUMNS), *rows]


async def answer(db: Database, form: Format) -> Response:
    """Hand the tape out as it stands now; it is written beside other work."""
    lines = await db.read(lending.read_tape)

    def write() -> Response:
        return form.answer(table_of(lines), name="loan-tape")

    return await asyncio.to_thread(write)
