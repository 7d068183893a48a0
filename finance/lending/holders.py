"""Who holds a loan's notes, what each is owed, and everything each was given."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from finance.lending import books, given
from finance.lending.distributed import Share
from finance.lending.model import Claim, Note
from ledger.database import UnitOfWork
from ledger.ids import PartyId
from ledger.money import Money
from ledger.paging import DEFAULT_PAGE, Page, fetch_page


@dataclass(frozen=True)
class Given:
    """What a note got on a day: its parts, and what was kept of them."""

    on: date
    principal: Money
    interest: Money
    fee: Money
    servicing: Money
    tax: Money
    net: Money


@dataclass(frozen=True)
class Holder:
    """A note with what it is still owed and all it was given, the earliest first."""

    note: Note
    owed_principal: Money
    flows: tuple[Given, ...]

    @property
    def received_principal(self) -> Money:
        """The principal that came back."""
        return Money.sum((f.principal for f in self.flows), self.note.currency)

    @property
    def received_interest(self) -> Money:
        """The interest that came in, before fee and tax."""
        return Money.sum((f.interest for f in self.flows), self.note.currency)

    @property
    def received(self) -> Money:
        """What reached the lender's wallet."""
        return Money.sum((f.net for f in self.flows), self.note.currency)


async def list_holders(
    uow: UnitOfWork,
    *,
    loan_id: str,
    lender_id: PartyId | None = None,
    after: str | None = None,
    limit: int = DEFAULT_PAGE,
) -> Page[Holder]:
    """Return the holders of a loan's notes, or a single lender's own notes alone."""
    query = select(Note).where(Note.loan == loan_id)
    if lender_id is not None:
        query = query.where(Note.lender == lender_id)
    page = await fetch_page(uow.session, query, by=Note.id, after=after, limit=limit)
    return Page(await _with_flows(uow, page.items), page.next_after)


async def _with_flows(uow: UnitOfWork, notes: Sequence[Note]) -> list[Holder]:
    flows: defaultdict[str, list[Given]] = defaultdict(list)
    known = {note.id: note for note in notes}
    for share, on in await given.list_shares_of(uow, list(known)):
        flows[share.note].append(_given(share, on, known[share.note]))
    owed = await books.owed_to(uow, notes, Claim.PRINCIPAL)
    return [
        Holder(note, Money(units, note.currency), tuple(flows[note.id]))
        for note, units in zip(notes, owed, strict=True)
    ]


def _given(share: Share, on: date, note: Note) -> Given:
    parts = (
        share.principal_minor,
        share.interest_minor,
        share.fee_minor,
        share.servicing_minor,
        share.tax_minor,
        share.net_minor,
    )
    return Given(on, *(Money(minor, note.currency) for minor in parts))
