"""What two operators can do: erase a person, as far as the law lets them be forgotten."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from contracts.months import add_months
from finance import approvals, rulepacks, wallets
from finance.approvals import Approval
from finance.erasure.errors import ErasureTooEarly
from finance.erasure.events import PersonErased
from finance.rulepacks import RulePack
from ledger import erasing
from ledger.clock import business_date
from ledger.database import UnitOfWork
from ledger.erasing import Opening
from ledger.ids import PartyId
from risk import identity, receivables, statements

KIND: Final = "erasure"
RETENTION: Final = "retention_personal"


class _Shelf(NamedTuple):
    """A kind of records: which are kept since when, and how they are forgotten."""

    list_kept: Callable[[UnitOfWork, str], Awaitable[Mapping[str, datetime]]]
    forget: Callable[[UnitOfWork, Collection[str]], Awaitable[None]]


class _Kept(NamedTuple):
    """A personal value of an event, or a record on its shelf; and until when it is kept."""

    what: Opening | str
    shelf: _Shelf | None
    until: date


@dataclass(frozen=True)
class Erased:
    """How much is gone, how much the law keeps, and until when the last."""

    party_id: str
    erased: int
    kept: int
    kept_until: date | None


async def propose_erasure(
    uow: UnitOfWork, *, party_id: PartyId, operator_id: PartyId, note: str
) -> Approval:
    """Ask a second operator to erase what is known of a party.

    Raises:
        OwnCase: The operator asks for its own.
        ErasureTooEarly: There is nothing yet that may be erased.
    """
    approvals.require_stranger(operator_id, asks=party_id)
    await identity.get_party(uow, party_id)
    await _find_due(uow, party_id)
    return await approvals.propose(
        uow,
        kind=KIND,
        concerns=party_id,
        request=_request(party_id),
        by=operator_id,
        note=note,
    )


async def approve_erasure(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Erased:
    """Agree, as a second person, and erase what its retention no longer keeps.

    What is kept may be erased later, by asking again. The name goes with the last value.

    Raises:
        SamePerson, OwnCase: The operator cannot decide this.
        ErasureTooEarly: Nothing may be erased any more, or yet.
    """
    approval = await approvals.get_approval(uow, approval_id, kind=KIND)
    party_id = PartyId(approval.concerns)
    approvals.require_stranger(operator_id, asks=party_id)
    await approvals.approve(
        uow, approval_id=approval_id, request=_request(party_id), by=operator_id
    )
    due, kept = await _find_due(uow, party_id)
    values = [one.what for one in due if isinstance(one.what, Opening)]
    await erasing.erase_openings(uow, values)
    for shelf in _SHELVES:
        await shelf.forget(uow, [str(one.what) for one in due if one.shelf is shelf])
    named = bool(kept)
    if not named:
        await identity.forget_name(uow, party_id=party_id)
        await wallets.forget_own_accounts(uow, party_id)
    until = max((one.until for one in kept), default=None)
    uow.record(
        PersonErased(
            party_id,
            approval.id,
            len(values),
            len(due) - len(values),
            len(kept),
            until,
            named=named,
        )
    )
    return Erased(party_id, len(due), len(kept), until)


async def decline_erasure(
    uow: UnitOfWork, *, approval_id: str, operator_id: PartyId
) -> Approval:
    """Disagree, as a second person; everything stays."""
    await approvals.get_approval(uow, approval_id, kind=KIND)
    return await approvals.decline(uow, approval_id=approval_id, by=operator_id)


def kept_until(at: datetime, pack: RulePack) -> date:
    """Return the day from which something may be erased, by the rule of its own day."""
    on = business_date(at)
    return add_months(on, pack.months(RETENTION, on=on))


async def _find_due(
    uow: UnitOfWork, party_id: PartyId
) -> tuple[list[_Kept], list[_Kept]]:
    """Part what may be erased today from what is still kept."""
    pack, today = rulepacks.home(), uow.today()
    things = await erasing.list_things(uow, party_id)
    held = [
        _Kept(one, None, kept_until(one.recorded_at, pack))
        for one in await erasing.list_openings(uow, things)
    ]
    for shelf in _SHELVES:
        found = await shelf.list_kept(uow, party_id)
        held += [_Kept(id_, shelf, kept_until(at, pack)) for id_, at in found.items()]
    due = [one for one in held if one.until <= today]
    kept = [one for one in held if one.until > today]
    if not due:
        until = max((one.until for one in kept), default=today)
        raise ErasureTooEarly(until=until.isoformat())
    return due, kept


async def _list_notes(uow: UnitOfWork, party_id: str) -> dict[str, datetime]:
    """Return proposals with notes about a party and its things; not to erase them."""
    things = await erasing.list_things(uow, party_id)
    return await approvals.list_notes(uow, things, but=KIND)


_SHELVES: Final = (
    _Shelf(statements.list_kept, statements.forget),
    _Shelf(receivables.list_kept, receivables.forget),
    _Shelf(statements.list_turned_away, statements.forget_turned_away),
    _Shelf(wallets.list_destinations, wallets.forget_destinations),
    _Shelf(_list_notes, approvals.forget_notes),
)


def _request(party_id: str) -> Mapping[str, object]:
    return {"kind": KIND, "party": party_id}
