"""A table whose headings nobody knew: see its first lines, and say what each column holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from fastapi import Form, Response

from api.auth import Caller, Role
from api.http.callers import Records
from api.portal.desk import At, Desk
from api.portal.fields import Text, choose, one_of
from api.portal.guard import make_pages
from api.wire import TableRef
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import Currency
from risk import statements
from risk.statements import Holds, Naming, OpenedTable, Row

router = make_pages()

MOST_SAMPLES: Final = 3
LONGEST_SHOWN: Final = 60
_COLUMN: Final = re.compile(r"column_([0-9]{1,2})", re.ASCII)


@dataclass(frozen=True)
class Column:
    """A column with what is below its heading, and what its heading's words say."""

    place: int
    heading: str
    samples: Sequence[str]
    guess: str


@router.get("/records/tables/{table_id}")
async def show_table(
    table_id: TableRef, desk: At, caller: Records, line: int = 0
) -> Response:
    """Show the first lines of a table, and ask what its columns hold."""
    return await _page(desk, table_id=table_id, caller=caller, line=line)


@router.post("/records/tables/{table_id}")
async def name_columns(
    table_id: TableRef,
    desk: At,
    caller: Records,
    line: Annotated[int, Form(ge=1)],
    currency: Text = "",
) -> Response:
    """Keep what the columns hold, and read the file by it."""
    columns = _read_columns(desk.request.state.form)
    naming = Naming(line, columns, one_of(Currency, currency))
    return await desk.act(
        partial(_name, table_id=table_id, naming=naming, caller=caller),
        done="/records/{made}?done=sent",
        again=partial(_page, table_id=table_id, caller=caller, line=line),
    )


@router.post("/records/tables/{table_id}/forget")
async def forget(table_id: TableRef, desk: At, caller: Records) -> Response:
    """Let the file go."""
    return await desk.act(
        partial(_forget, table_id=table_id, caller=caller),
        done=f"{desk.home}?done=forgotten",
        again=partial(_page, table_id=table_id, caller=caller, line=0),
    )


def _read_columns(form: Mapping[str, str]) -> dict[int, Holds]:
    columns = {}
    for name, text in form.items():
        found = _COLUMN.fullmatch(name)
        if found and text:
            columns[int(found[1])] = choose(Holds, text)
    return columns


async def _name(
    uow: UnitOfWork, *, table_id: str, naming: Naming, caller: Caller
) -> str:
    table = await statements.get_unnamed(uow, table_id=table_id)
    caller.require_sight(table.party, "table")
    kept = await statements.name_table(
        uow,
        table_id=table_id,
        naming=naming,
        by=caller.party,
        for_party=None if caller.role is Role.OPERATOR else caller.party,
    )
    return kept.id


async def _forget(uow: UnitOfWork, *, table_id: str, caller: Caller) -> None:
    table = await statements.get_unnamed(uow, table_id=table_id)
    caller.require_sight(table.party, "table")
    await statements.forget_table(uow, table_id=table_id)


async def _page(desk: Desk, *, table_id: str, caller: Caller, line: int) -> Response:
    opened = await statements.open_table(desk.db, table_id=table_id)
    caller.require_sight(PartyId(opened.table.party), "table")
    heading = _heading(opened, line)
    return desk.page(
        "table.html",
        table=opened.table,
        rows=[(row.line, _shown(" | ".join(row.cells))) for row in opened.rows],
        heading=heading,
        columns=_columns(opened, heading),
        last_day=opened.table.sent_at + statements.KEPT_FOR,
    )


def _heading(opened: OpenedTable, line: int) -> Row:
    """Return the line asked for, or else the first that is nearly as wide as any."""
    widest = max(map(_width, opened.rows))
    wide = (row for row in opened.rows if _width(row) * 5 >= widest * 4)
    asked = (row for row in opened.rows if row.line == line)
    return next(asked, None) or next(wide)


def _width(row: Row) -> int:
    return sum(map(bool, row.cells))


def _columns(opened: OpenedTable, heading: Row) -> list[Column]:
    guesses = statements.guess_columns(opened.rows, heading)
    return [
        Column(
            place,
            _shown(cell),
            [_shown(text) for text in under[:MOST_SAMPLES]],
            guesses.get(place, ""),
        )
        for place, cell in enumerate(heading.cells)
        if (under := statements.texts_below(opened.rows, heading, place)) or cell
    ]


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
