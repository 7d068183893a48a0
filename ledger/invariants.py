"""Check the laws: run every query of a law book and name what is broken."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from ledger.database import UnitOfWork
from ledger.ids import show_id

LEDGER_LAWS = Path(__file__).with_name("invariants.sql")
MAX_PLACES = 20
# A law writes an id as its prefix and the bare number, which SQL cannot show as we do.
_BARE_ID = re.compile(r"([a-z]+)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True)
class Law:
    """A law: its name, its sentence, and the query that finds where it is broken."""

    name: str
    says: str
    query: str


@dataclass(frozen=True)
class Breach:
    """One place where a law does not hold, and by how much."""

    law: Law
    where: str
    off_by: str


def read_laws(book: Path) -> list[Law]:
    """Read a law book: ``-- law: name``, ``-- says: sentence``, then the query."""
    laws = []
    for part in book.read_text(encoding="utf-8").split("-- law: ")[1:]:
        name, says, query = part.split("\n", 2)
        laws.append(Law(name.strip(), says.removeprefix("-- says: ").strip(), query))
    return laws


async def find_breaches(
    uow: UnitOfWork, books: Sequence[Path] = (LEDGER_LAWS,)
) -> list[Breach]:
    """Return where the laws are broken; an empty list when all hold."""
    breaches: list[Breach] = []
    for law in (law for book in books for law in read_laws(book)):
        query = law.query.strip().removesuffix(";")
        places = f"SELECT where_, off_by FROM ({query}) x LIMIT {MAX_PLACES}"  # noqa: S608 - ours
        rows = await uow.session.execute(text(places))
        breaches += [Breach(law, _shown(where), off_by) for where, off_by in rows]
    return breaches


def _shown(where: str) -> str:
    """Write the ids of a place as people know them."""
    return _BARE_ID.sub(lambda bare: show_id(bare[1], UUID(bare[2])), where)
