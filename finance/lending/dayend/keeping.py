"""Keep the book of each loan after its last event, and carry it on from there."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select, text

from contracts import carrying
from contracts.carrying import Carried
from contracts.loan import Allocation, Event, LoanState
from finance.lending.dayend.model import KeptBook
from finance.lending.history import History, read_event
from finance.lending.model import Loan, LoanEvent
from ledger.database import UnitOfWork
from ledger.errors import existing
from ledger.ids import read_id

_ALLOCATIONS: Final = TypeAdapter(tuple[Allocation, ...])

_KEEP: Final = text("""
INSERT INTO loan_book AS kept (loan, events, last_on, book, allocations)
SELECT loan, events, last_on, book, CAST(allocations AS jsonb)
  FROM unnest(CAST(:loans AS uuid[]), CAST(:events AS bigint[]),
              CAST(:last_on AS date[]), CAST(:books AS text[]),
              CAST(:allocations AS text[]))
    AS fresh (loan, events, last_on, book, allocations)
    ON CONFLICT (loan) DO UPDATE
   SET events = excluded.events, last_on = excluded.last_on, book = excluded.book,
       allocations = CASE WHEN kept.loan = ANY(CAST(:carried AS uuid[]))
                          THEN kept.allocations || excluded.allocations
                          ELSE excluded.allocations END
""")

_SINCE: Final = text("""
SELECT e.*
  FROM unnest(CAST(:loans AS uuid[]), CAST(:events AS bigint[])) AS kept (loan, events)
  JOIN loan_event e ON e.loan = kept.loan AND e.number > kept.events
 ORDER BY e.loan, e.number
""")


@dataclass(frozen=True, slots=True)
class _Page:
    """A book to be written down; ``carried`` says its allocations go behind the old."""

    loan: str
    events: int
    last_on: date
    book: str
    allocations: str
    carried: bool

    @classmethod
    def of(
        cls,
        loan: str,
        found: tuple[Carried, tuple[Allocation, ...]],
        *,
        carried: bool = False,
    ) -> "_Page":
        book, allocations = found
        return cls(
            loan,
            book.events,
            book.last_on,
            book.written(),
            _ALLOCATIONS.dump_json(allocations).decode(),
            carried,
        )


@dataclass(frozen=True, slots=True)
class Opened:
    """A loan's book as it stood before a day; ``is_whole`` when nothing came later."""

    book: Carried
    is_whole: bool


async def open_books(
    uow: UnitOfWork, loans: Sequence[Loan], day: date
) -> dict[str, Opened]:
    """Return the books of locked loans as they stood before a day, and keep them.

    What came since a book was kept is played into it. One that it cannot be played into,
    and one that is ahead of the day, is replayed from the first event.
    """
    by_id = {loan.id: loan for loan in loans}
    kept = await _kept(uow, by_id.keys())
    fresh = await _since(uow, by_id, kept)
    opened: dict[str, Opened] = {}
    pages: list[_Page] = []
    for loan_id in by_id:
        carried, events = kept.get(loan_id), fresh.get(loan_id, [])
        if carried is None or not _fits(carried, events, day):
            continue
        if events:
            found = carrying.carry(carried, events)
            carried = found[0]
            pages.append(_Page.of(loan_id, found, carried=True))
        opened[loan_id] = Opened(carried, is_whole=True)
    for loan_id in by_id.keys() - opened.keys():
        await uow.session.refresh(by_id[loan_id], ["terms"])
        history = await History.of(uow, by_id[loan_id])
        opened[loan_id] = await replay_book(uow, history, day)
    await _write(uow, pages)
    return opened


def _fits(carried: Carried, events: Sequence[Event], day: date) -> bool:
    latest = max((event.on for event in events), default=carried.last_on)
    return latest <= day and carried.goes_on_with(events)


async def replay_book(uow: UnitOfWork, history: History, day: date) -> Opened:
    """Replay a locked loan up to a day; the book is kept unless more happened since."""
    past = [event for event in history.events if event.on <= day]
    book, allocations = carrying.begin(history.terms, past)
    book = existing(book, "money of a loan whose days are counted went out")
    is_whole = len(past) == len(history.events)
    if is_whole:
        await _write(uow, [_Page.of(history.loan.id, (book, allocations))])
    return Opened(book, is_whole)


async def find_state(uow: UnitOfWork, loan: Loan, on: date) -> LoanState | None:
    """Return a loan's state from its kept book; None when only a replay can tell."""
    row = await uow.session.get(KeptBook, loan.id)
    carried = Carried.read(row.events, row.last_on, row.book) if row else None
    if row is None or carried is None:
        return None
    events = (await _since(uow, {loan.id: loan}, {loan.id: carried})).get(loan.id, [])
    if not _fits(carried, events, on):
        return None
    allocations = _ALLOCATIONS.validate_json(json.dumps(row.allocations))
    carried, more = carrying.carry(carried, events)
    return carried.describe((*allocations, *more), on)


async def _kept(uow: UnitOfWork, ids: Collection[str]) -> dict[str, Carried | None]:
    rows = await uow.session.execute(
        select(KeptBook.loan, KeptBook.events, KeptBook.last_on, KeptBook.book).where(
            KeptBook.loan.in_(ids)
        )
    )
    return {
        loan: Carried.read(events, last_on, book)
        for loan, events, last_on, book in rows
    }


async def _since(
    uow: UnitOfWork, loans: Mapping[str, Loan], known: Mapping[str, Carried | None]
) -> Mapping[str, list[Event]]:
    """Return what happened to loans since their books were kept."""
    books = [known.get(loan) for loan in loans]
    rows = await uow.session.scalars(
        select(LoanEvent).from_statement(_SINCE),
        {
            "loans": [read_id("loan", loan) for loan in loans],
            "events": [book.events if book else 0 for book in books],
        },
    )
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for row in rows:
        found[row.loan].append(read_event(row, loans[row.loan].currency))
    return found


async def _write(uow: UnitOfWork, pages: Sequence[_Page]) -> None:
    if not pages:
        return
    await uow.session.execute(
        _KEEP,
        {
            "loans": [read_id("loan", page.loan) for page in pages],
            "events": [page.events for page in pages],
            "last_on": [page.last_on for page in pages],
            "books": [page.book for page in pages],
            "allocations": [page.allocations for page in pages],
            "carried": [read_id("loan", p.loan) for p in pages if p.carried],
        },
    )
